"""Quality: opinions on published replies, looking back over a unit's, sampled replies and what reviewers say."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from huixiang.cases.choices import ReplyKind
from huixiang.cases.models import Reply
from huixiang.nlp.reefs import REEFS
from huixiang.units.models import Unit

PERSON = settings.AUTH_USER_MODEL
# Kinds that answer somebody; a notice of receipt, of handing over or of more time has nothing to judge.
JUDGED_KINDS = (*ReplyKind.substantive(), ReplyKind.CORRECTION)


class Weight(models.IntegerChoices):
    """How much a reef weighs on a reply."""

    NONE = 0, "没有"
    WARN = 1, "提醒"
    SEND_BACK = 2, "退回"


class Opinion(models.Model):
    """What the offline judgement found in one published reply; once per reply and version of the judgement."""

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="opinions")
    version = models.CharField(max_length=16)
    send_back = models.BooleanField()
    graves_count = models.PositiveSmallIntegerField()
    warns_count = models.PositiveSmallIntegerField()
    # The probabilities added up: of two replies with as many findings the surer one is the worse.
    weight = models.FloatField()
    # [{code, severity, span, absence, why, cure, root_cause}], the main one first.
    findings = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reply", "version"], name="one_opinion_per_reply_and_version")]


class LookBackState(models.TextChoices):
    WAITING = "waiting", "等待判断"
    RUNNING = "running", "正在判断"
    DONE = "done", "已完成"
    FAILED = "failed", "没有完成"


class LookBack(models.Model):
    """Looking back (回头看) over the published replies of a unit's tree in a period; both days belong to it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="look_backs")
    from_on = models.DateField()
    until_on = models.DateField()
    state = models.CharField(max_length=8, choices=LookBackState.choices, default=LookBackState.WAITING)
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Until when one worker has it; a worker that died lets go of it by that time.
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    # The figures, counted once when all is judged (`figures.Figures`).
    summary = models.JSONField(null=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="look_back_ends_later"),
            models.CheckConstraint(
                condition=~Q(state=LookBackState.DONE) | Q(finished_at__isnull=False, summary__isnull=False),
                name="finished_look_back_has_its_figures",
            ),
            models.CheckConstraint(
                condition=Q(state=LookBackState.FAILED, error__gt="") | (~Q(state=LookBackState.FAILED) & Q(error="")),
                name="failed_look_back_says_why",
            ),
            models.UniqueConstraint(
                fields=["unit", "from_on", "until_on", "asked_by"],
                condition=Q(state__in=[LookBackState.WAITING, LookBackState.RUNNING]),
                name="one_open_look_back_per_question",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-asked_at"], name="look_back_unit"),
            models.Index(
                fields=["asked_at"],
                condition=Q(state__in=[LookBackState.WAITING, LookBackState.RUNNING]),
                name="look_back_open",
            ),
        ]


class LookedReply(models.Model):
    """One reply of a look-back: waiting, judged, or not to be judged and why."""

    look_back = models.ForeignKey(LookBack, on_delete=models.CASCADE, related_name="looked")
    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="+")
    opinion = models.ForeignKey(Opinion, null=True, on_delete=models.PROTECT, related_name="+")
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["look_back", "reply"], name="one_look_per_reply"),
            models.CheckConstraint(condition=Q(opinion=None) | Q(error=""), name="looked_reply_is_judged_or_not"),
        ]
        indexes = [
            models.Index(fields=["look_back", "id"], condition=Q(opinion=None, error=""), name="looked_reply_open"),
        ]


class SampleReason(models.TextChoices):
    """Why a reply was sampled; the first that holds."""

    SAFETY = "safety", "安全隐患（紧急通道）"
    DENIAL = "denial", "否认留言反映的事实"
    REPEAT = "repeat", "重新办理过"
    SHARE = "share", "按比例抽中"


class SampleDraw(models.Model):
    """That the share of one month was drawn; once."""

    period = models.CharField(max_length=7, unique=True)
    population = models.PositiveIntegerField()
    sampled = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-period"]


class Sample(models.Model):
    """A published reply that the quality desk looks at again; each reply once."""

    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="sample")
    # The month of publication, 2026-11.
    period = models.CharField(max_length=7)
    why = models.CharField(max_length=8, choices=SampleReason.choices)
    drawn_at = models.DateTimeField()
    # What the reviewer agrees or disagrees with; null until a job has judged the reply.
    opinion = models.ForeignKey(Opinion, null=True, on_delete=models.PROTECT, related_name="samples")
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["drawn_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(opinion=None) | Q(error=""), name="sample_is_judged_or_not"),
        ]
        indexes = [
            models.Index(fields=["period"], name="sample_period"),
            models.Index(fields=["drawn_at"], condition=Q(opinion=None, error=""), name="sample_to_judge"),
        ]


class Review(models.Model):
    """What one reviewer says of a sampled reply; once per sample, never changed."""

    sample = models.OneToOneField(Sample, on_delete=models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="quality_reviews")
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["reviewer", "-at"], name="review_mine")]


class ReefVerdict(models.Model):
    """One reef of a reviewed reply: what the judgement and the reviewer say; a reef on neither side has none.

    `judged` NONE is a finding that was missed, `said` NONE one that does not stand.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="verdicts")
    code = models.CharField(max_length=20)
    judged = models.PositiveSmallIntegerField(choices=Weight.choices)
    said = models.PositiveSmallIntegerField(choices=Weight.choices)
    # An exact part of the reply; empty where something is absent.
    span = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "code"], name="one_verdict_per_reef"),
            models.CheckConstraint(condition=Q(code__in=list(REEFS)), name="verdict_names_a_reef"),
            models.CheckConstraint(
                condition=Q(judged__in=Weight.values, said__in=Weight.values) & ~Q(judged=0, said=0),
                name="verdict_is_about_a_finding",
            ),
            models.CheckConstraint(condition=Q(judged=F("said")) | ~Q(reason=""), name="disagreement_has_a_reason"),
        ]

    @property
    def name(self) -> str:
        """What people call the reef."""
        return REEFS[self.code].name


class SecondState(models.TextChoices):
    WAITING = "waiting", "等待答复"
    ANSWERED = "answered", "已答复"
    REFUSED = "refused", "答复不合要求"
    GIVEN_UP = "given_up", "没有取得"


class SecondOpinion(models.Model):
    """What an outside model says of a sampled reply by the same rubric; optional, apart from the offline opinion."""

    sample = models.OneToOneField(Sample, on_delete=models.PROTECT, related_name="second")
    state = models.CharField(max_length=8, choices=SecondState.choices, default=SecondState.WAITING)
    model = models.CharField(max_length=80)
    # The reply as it left the house, personal data masked: spans are exact parts of this.
    sent_reply = models.TextField(blank=True)
    send_back = models.BooleanField(null=True)
    findings = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=SecondState.ANSWERED) | Q(send_back__isnull=False, answered_at__isnull=False),
                name="answered_opinion_has_its_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SecondState.REFUSED, SecondState.GIVEN_UP]) | ~Q(last_error=""),
                name="refused_opinion_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state=SecondState.WAITING), name="second_opinion_due"),
        ]
