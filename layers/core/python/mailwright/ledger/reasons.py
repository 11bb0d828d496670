"""Why an email did not go out: every reason in the journal's `held`, in words. docs/sending.md lists the same.

A refusal by SES is not here: its reason is SES's own error code (`MessageRejected`).
"""

REASONS = {
    "no_consent": "nobody has said that this person wants marketing email",
    "opted_out": "the person said no",
    "no_address": "no email address is known",
    "invalid_address": "what is known as the address cannot be one",
    "bounce": "an earlier email to this address bounced for good",
    "complaint": "the person reported an earlier email as spam",
    "capped": "the person had the shop's limit of marketing emails in the last seven days",
    "ledger_full": "24 emails of the last three days are still in the ledger",
    "expired": "its last moment had passed, or 72 hours since it was planned",
    "condition": "its condition no longer held when it was due: the cart is empty, the order came",
    "no_outcome": "SES never said whether it took the email, and marketing is not sent twice",
    "template": "its template does not exist, may not run, or has no subject for this person",
    "too_large": "it came out larger than 100 KB",
    "header": "a header would have carried a control character or a line break",
    "address": "the shop's sender or reply address cannot be used",
    "rule": "its condition cannot be read by this version",
}
