from apps.notices.models.notice import NoticeLog, NoticeObjection, NoticePhoto, PublicNotice
from apps.notices.models.publication import Publication

__all__ = ["NoticeLog", "NoticeObjection", "NoticePhoto", "PublicNotice", "Publication"]
