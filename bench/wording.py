"""Sentences from which messages and answers of realistic length are put together; written for this measurement."""

import random

# Topic code of data/topics.json, titles, and what people say about it.
MATTERS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "housing_construction.property",
        ("{place}小区电梯停运{n}天没人修", "{place}物业费涨价没有开过业主大会", "{place}小区公共收益去向不明"),
        (
            "我们小区{n}栋的电梯已经停了{n}天，楼上有八十多岁的老人，买菜都要靠邻居帮忙提上去。",
            "物业说维修资金批不下来，业委会说材料早就交了，两边互相推，住户夹在中间。",
            "去年楼道里的广告和停车位租金收了不少，公告栏里从来没有贴过账目。",
            "请住建部门到现场看一看，告诉我们什么时候能恢复运行，钱从哪里出。",
        ),
    ),
    (
        "housing_construction.water_gas_power",
        ("{place}早晚高峰六楼以上没有水", "{place}一带自来水发黄有异味", "{place}片区每周停电{n}次"),
        (
            "从上个月开始，早上七点到八点半、晚上六点以后，{n}楼以上龙头里只有一线水。",
            "接出来的水放半个小时，盆底有一层黄色的沉淀，烧开以后还有铁锈味。",
            "打过供水公司的服务电话，答复是管网改造，可是{place}的工地已经半个月没有人了。",
            "想问清楚改造的完工时间，改造期间能不能安排送水车，水费怎么算。",
        ),
    ),
    (
        "labour_security.unpaid_wages",
        ("{place}项目拖欠{n}名工人工资", "在{place}做工半年没有拿到工钱", "餐馆关门老板欠薪失联"),
        (
            "我们{n}个人在{place}的工地做木工，从三月做到八月，说好按月结，到现在只发过两次生活费。",
            "包工头讲总包没有拨款，总包讲已经付清，考勤表和欠条我们手里都有。",
            "家里孩子开学要交费，老人看病也等着用钱，大家实在等不起了。",
            "恳请劳动监察大队查清工资专户的流水，帮我们把血汗钱要回来。",
        ),
    ),
    (
        "transport.damaged_roads",
        ("{place}路面塌陷围挡{n}个月", "{place}路口红绿灯时间太短", "{place}断头路何时打通"),
        (
            "{place}中学门口的路面去年塌了一个坑，围挡一直没有拆，学生只能走到机动车道上。",
            "晚上没有路灯，上周就有一辆电动车摔倒，骑车的人缝了{n}针。",
            "路口绿灯只有{n}秒，推婴儿车的和老人走到一半就变灯了。",
            "希望交通和市政部门一起来看，先把照明和警示灯装上，再说什么时候修好。",
        ),
    ),
    (
        "environment.noise",
        ("{place}夜间施工噪声扰民", "{place}广场音响到十点半不停", "{place}沙石厂粉尘污染"),
        (
            "工地每天夜里{n}点还在打桩，窗户关紧了也睡不着，孩子马上要参加考试。",
            "环保热线打过三次，来人的时候停工，人走了又继续，没有一次查到结果。",
            "晒出去的衣服一天就是一层灰，附近{n}户人家夏天不敢开窗。",
            "请公布夜间施工许可和监测数据，如果没有许可，应当依法处罚。",
        ),
    ),
    (
        "education.enrolment",
        ("{place}小学入学划片不清楚", "{place}幼儿园收费标准咨询", "{place}中学课后服务自愿吗"),
        (
            "我家住在{place}，房产证和户口都在这里，去年还划在中心小学，今年说要调到{n}公里以外。",
            "孩子才六岁，路上要过两个没有红绿灯的路口，上班的人没有办法接送。",
            "打电话问学校，学校说听教育局的；问教育局，说以学校的公告为准。",
            "请把今年划片的依据、学位数和调剂的办法公开，让家长心里有数。",
        ),
    ),
    (
        "agriculture.land_contract",
        ("{place}村土地流转租金没有兑现", "{place}灌溉渠道淤塞{n}年", "{place}危桥没有人管"),
        (
            "{place}村{n}组的水田租给合作社五年，合同写明每年腊月付租金，去年和今年都没有付。",
            "村里的主渠被淤泥堵了一半，天旱的时候下游的秧苗插不下去。",
            "那座石桥裂了一道缝，拉肥料的车不敢过，要多绕{n}里路。",
            "盼望镇里和农业农村局给一句准话，哪个单位负责，几月份动工。",
        ),
    ),
    (
        "labour_security.health_insurance",
        ("异地就医报销为什么退回{n}次", "{place}卫生院慢性病药品断供", "医保停保后怎样补缴"),
        (
            "父亲在外地做手术，花了{n}万多元，材料寄回来两次都说缺盖章，第三次又说过了期限。",
            "高血压的药镇上卫生院已经缺了{n}个星期，县医院来回要坐两个小时的车。",
            "窗口的工作人员态度很好，但是一个窗口一个说法，我们跑了四趟。",
            "想请医保局列一张清单，一次说清楚要哪些材料，在哪里盖章，多久到账。",
        ),
    ),
)
ANSWERS = (
    "收到您的留言后，我局于{month}月{day}日派{n}名工作人员到{place}现场核查，并同社区、物业和住户代表一起开了协调会。",
    "经查，您反映的情况属实，直接原因是配件老化、巡查记录不全，责任单位是{place}的管理方。",
    "我们已责成责任单位在{month}月{day}日前完成整改，整改期间由社区安排专人值守，联系电话写在单元门口的告示上。",
    "截至目前，{n}处问题中已经处理完毕大部分，其余部分因材料到货较晚，顺延到{month}月底，届时在本平台通报结果。",
    "关于费用问题，依据《湖南省物业管理条例》的规定，维修资金的使用须经业主表决，表决结果已在公告栏公示{n}天。",
    "对您提出的建议，我们已列入明年的改造计划，开工前会再次征求住户意见。",
    "如对处理结果仍有疑问，欢迎到{place}便民服务中心当面说明，也可以在本页补充材料。",
    "感谢您把问题提得这样具体，照片和时间对我们查找原因很有帮助。",
)
COMMON = ("小区", "问题", "物业", "工资", "学校", "供水", "电梯", "路面", "现场核查", "整改", "噪声", "卫生院", "租金")


def message(chance: random.Random, place: str) -> tuple[str, str, str]:
    """Topic code, title and text of one message: 100 to 400 characters."""
    topic, titles, sentences = chance.choice(MATTERS)
    said = chance.sample(sentences, chance.randint(2, len(sentences)))
    if chance.random() < 0.3:
        said += chance.sample(chance.choice(MATTERS)[2], 1)
    told = "".join(s.format(place=place, n=chance.randint(2, 60)) for s in said)
    title = chance.choice(titles).format(place=place, n=chance.randint(2, 60))[:60]
    return topic, title, f"您好！我住在{place}。{told}"


def answer(chance: random.Random, place: str) -> str:
    """One answer of a unit: 150 to 400 characters."""
    said = chance.sample(ANSWERS, chance.randint(4, 7))
    values = {"place": place, "n": chance.randint(2, 90), "month": chance.randint(1, 12), "day": chance.randint(1, 28)}
    return "网友您好！" + "".join(s.format(**values) for s in said)


def queries(chance: random.Random, places: list[str], count: int) -> list[str]:
    """What people type: one to three words, common and rare, many of two characters, some found nowhere."""
    found = []
    for n in range(count):
        place, word = chance.choice(places), chance.choice(COMMON)
        other = chance.choice(COMMON)
        found.append((word, place, f"{place} {word}", f"{word} {other} {place}", f"{place}{word}", f"罕见词{n}")[n % 6])
    return found
