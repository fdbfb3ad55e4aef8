"""Addresses of the workbench."""

from django.urls import URLPattern, path

from huixiang.rules.lifecycle import Step

from .urls_b import urlpatterns as part_b
from .urls_c import urlpatterns as part_c
from .urls_d import urlpatterns as part_d
from .urls_e import urlpatterns as part_e
from .urls_f import urlpatterns as part_f
from .urls_g import urlpatterns as part_g
from .urls_gate import urlpatterns as part_gate
from .urls_h import urlpatterns as part_h
from .urls_k import urlpatterns as part_k
from .views import assigning, case, inbox, replying, signing_in

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("password/", signing_in.password, name="password"),
    path("", inbox.inbox, name="inbox"),
    path("pool/", inbox.pool, name="pool"),
    path("units/", assigning.units, name="units"),
    path("files/<str:key>/", case.file, name="file"),
    path("cases/<str:number>/", case.show, name="case"),
    path("cases/<str:number>/original/", case.original, name="case_original"),
    path("cases/<str:number>/replies/", replying.draft, name="case_draft"),
    *(
        path(f"cases/<str:number>/{verb.name}/", case.take_step, {"name": verb.name}, name=f"case_{verb.name}")
        for verb in case.VERBS
    ),
    path("replies/<int:pk>/", replying.save, name="reply_save"),
    path("replies/<int:pk>/autosave/", replying.autosave, name="reply_autosave"),
    path("replies/<int:pk>/versions/", replying.versions, name="reply_versions"),
    path("replies/<int:pk>/pass/", replying.move, {"step": Step.PASS_REVIEW}, name="reply_pass"),
    path("replies/<int:pk>/return/", replying.move, {"step": Step.RETURN_REPLY}, name="reply_return"),
    path("replies/<int:pk>/discard/", replying.move, {"step": Step.DISCARD_REPLY}, name="reply_discard"),
    path("replies/<int:pk>/files/<str:key>/remove/", replying.remove_file, name="reply_remove_file"),
]
urlpatterns += part_b + part_c + part_d + part_e + part_f + part_g + part_h + part_k + part_gate
