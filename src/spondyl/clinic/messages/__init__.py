"""What the clinic writes to patients about their visits: words, calendar files, and sending them."""

from spondyl.clinic.messages.address import is_address
from spondyl.clinic.messages.calendar_file import calendar_file
from spondyl.clinic.messages.letters import Letter, letter_about
from spondyl.clinic.messages.send import FolderSender, Sender, SmtpSender, send_due

__all__ = [
    "FolderSender",
    "Letter",
    "Sender",
    "SmtpSender",
    "calendar_file",
    "is_address",
    "letter_about",
    "send_due",
]
