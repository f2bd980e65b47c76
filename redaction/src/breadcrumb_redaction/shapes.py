"""Secrets that show by their own form: prefixed keys, JWT, PEM and DER keys, password hashes.

Sources of the forms: the providers' own documentation of their key formats.
"""

import re
from collections.abc import Iterator

from .match import SHAPE, Found

_URLSAFE = r"[A-Za-z0-9_\-]"
_ALNUM = r"[A-Za-z0-9]"
_HEX = r"[0-9a-f]"
_B64 = r"[A-Za-z0-9+/]"

PREFIXED: tuple[tuple[str, str, str, int], ...] = (
    ("aws-access-key", r"(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)(?=[A-Z]*\d)", r"[A-Z0-9]", 16),
    ("aws-bedrock-key", r"ABSK", r"[A-Za-z0-9+/=]", 100),
    ("gcp-api-key", r"AIza", _URLSAFE, 30),
    ("google-oauth", r"(?:ya29\.|GOCSPX-|1//0|4/0A)", r"[A-Za-z0-9_\-.]", 20),
    ("github-token", r"(?:gh[pousr]_|github_pat_)", r"[A-Za-z0-9_.\-]", 20),
    ("gitlab-token", r"(?:gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|ffct|oas|wt)-|GR1348941)", r"[A-Za-z0-9_\-.]", 18),
    ("slack-token", r"(?:xox[abcdeoprs](?:\.xox[bp])?-|xapp-)", _URLSAFE, 10),
    ("slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/", r"[A-Za-z0-9_/\-]", 20),
    ("discord-webhook", r"discord(?:app)?\.com/api/webhooks/\d+/", _URLSAFE, 20),
    ("teams-webhook", r"webhook\.office\.com/webhookb2/", r"[A-Za-z0-9_/@\-]", 20),
    ("stripe-key", r"(?:sk|rk)_(?:live|test)_", _ALNUM, 10),
    ("stripe-webhook", r"whsec_", r"[A-Za-z0-9+/=]", 20),
    ("anthropic-key", r"sk-ant-", _URLSAFE, 12),
    ("openai-key", r"sk-(?:proj|svcacct|admin|None|or-v1|lf)-", _URLSAFE, 16),
    ("openai-key", r"sk-", _ALNUM, 32),
    ("groq-key", r"gsk_", _ALNUM, 30),
    ("xai-key", r"xai-", _ALNUM, 40),
    ("perplexity-key", r"pplx-", _ALNUM, 30),
    ("huggingface-token", r"(?:hf|api_org)_", _ALNUM, 30),
    ("replicate-token", r"r8_", _ALNUM, 30),
    ("npm-token", r"npm_", _ALNUM, 30),
    ("pypi-token", r"pypi-AgE", _URLSAFE, 20),
    ("rubygems-token", r"rubygems_", _HEX, 32),
    ("crates-token", r"cio", _ALNUM, 32),
    ("docker-token", r"dckr_(?:pat|oat)_", _URLSAFE, 20),
    ("sendgrid-key", r"SG\.[A-Za-z0-9_\-]{16,}\.", _URLSAFE, 16),
    ("sendinblue-key", r"xkeysib-", r"[A-Za-z0-9\-]", 30),
    ("twilio-key", r"SK(?=[0-9a-f]{6})", _HEX, 32),
    ("mailgun-key", r"key-(?=[0-9a-f]{6})", _HEX, 32),
    ("digitalocean-token", r"do[opr]_v1_", _HEX, 40),
    ("doppler-token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", r"[A-Za-z0-9_.\-]", 30),
    ("databricks-token", r"dapi(?=[0-9a-f]{6})", r"[0-9a-f\-]", 32),
    ("vault-token", r"hv[sbr]\.", _URLSAFE, 20),
    ("shopify-token", r"shp(?:at|ca|pa|ss|tka)_", _ALNUM, 30),
    ("square-token", r"(?:sq0[a-z]{3}-|EAAA(?=[A-Za-z0-9_\-]*\d))", _URLSAFE, 22),
    ("facebook-token", r"EAA(?=[A-Za-z]*\d)", _ALNUM, 60),
    ("linear-key", r"lin_(?:api|oauth)_", _ALNUM, 30),
    ("notion-token", r"(?:ntn|secret)_(?=[A-Za-z]*\d)", _ALNUM, 40),
    ("postman-key", r"PMAK-", r"[A-Za-z0-9\-]", 24),
    ("newrelic-key", r"NR(?:AK|II|JS|BR|RA|AA)-", _URLSAFE, 20),
    ("grafana-token", r"gl(?:c|sa)_", r"[A-Za-z0-9_+/=]", 30),
    ("planetscale-token", r"pscale_(?:tkn|oauth|pw)_", r"[A-Za-z0-9_.=\-]", 30),
    ("pulumi-token", r"pul-(?=[0-9a-f]{6})", _HEX, 40),
    ("airtable-token", r"pat[A-Za-z0-9]{14}\.", _HEX, 40),
    ("atlassian-token", r"(?:ATATT3|ATCTT3|ATBB|ATOA)", r"[A-Za-z0-9_\-=]", 20),
    ("figma-token", r"fig[doru]{1,2}_", _URLSAFE, 30),
    ("dropbox-token", r"sl\.(?:u\.)?(?=[A-Za-z]*\d)", _URLSAFE, 60),
    ("telegram-token", r"\d{8,10}:AA", _URLSAFE, 32),
    ("heroku-key", r"HRKU-", _URLSAFE, 30),
    ("fly-token", r"(?:FlyV1 )?fm[12][ar]?_", r"[A-Za-z0-9+/=_\-]", 40),
    ("supabase-key", r"(?:sbp_|sb_secret_)", _URLSAFE, 20),
    ("sentry-token", r"sntry[su]_", r"[A-Za-z0-9_=+/\-]", 40),
    ("tailscale-key", r"tskey-", r"[A-Za-z0-9\-]", 16),
    ("onepassword-token", r"ops_eyJ", r"[A-Za-z0-9_=+/\-]", 40),
    ("age-key", r"AGE-SECRET-KEY-1", r"[A-Z0-9]", 40),
    ("alibaba-key", r"LTAI(?=[A-Za-z]*\d)", _ALNUM, 12),
    ("dynatrace-token", r"dt0[a-z]\d\d\.", r"[A-Z0-9.]", 40),
    ("easypost-key", r"EZ[AT]K(?=[A-Za-z]*\d)", _ALNUM, 40),
    ("jfrog-token", r"AKCp(?=[A-Za-z]*\d)", _ALNUM, 60),
    ("launchdarkly-key", r"(?:sdk|api|mob)-(?=[0-9a-f]{8}-[0-9a-f]{4}-4)", r"[0-9a-f\-]", 36),
    ("plaid-token", r"(?:access|public|link)-(?:sandbox|development|production)-", r"[0-9a-f\-]", 36),
    ("mapbox-token", r"[st]k\.eyJ", r"[A-Za-z0-9_.\-]", 40),
    ("prefect-key", r"pn[ub]_", _ALNUM, 30),
    ("readme-key", r"rdme_", _ALNUM, 40),
    ("shippo-token", r"shippo_(?:live|test)_", _HEX, 30),
    ("typeform-token", r"tfp_", r"[A-Za-z0-9_.=\-]", 40),
    ("contentful-token", r"CFPAT-", _URLSAFE, 30),
    ("buildkite-token", r"bk(?:ua|aj|ct)_", _ALNUM, 30),
    ("circleci-token", r"CCIP(?:AT|RJ)_", r"[A-Za-z0-9_]", 30),
    ("adafruit-key", r"aio_", _ALNUM, 26),
    ("clojars-token", r"CLOJARS_", _ALNUM, 40),
    ("terraform-token", r"[A-Za-z0-9]{14}\.atlasv1\.", r"[A-Za-z0-9_=\-]", 40),
    ("langsmith-key", r"lsv2_(?:pt|sk)_", r"[0-9a-f_]", 30),
    ("braintree-token", r"access_token\$(?:production|sandbox)\$", r"[0-9a-z$]", 30),
    ("google-service-account", r"\"private_key_id\":\s*\"", _HEX, 40),
    ("jwt", r"eyJ[A-Za-z0-9_\-]{6,}\.", r"[A-Za-z0-9_\-.]", 4),
    ("der-private-key", r"(?:MI[IG][A-Za-z0-9+/]{1,3}(?:IBA(?:ADANBg|AKC)|AgEAM|AgEAAo)|MHcCAQEE|MC4CAQAwBQYDK2V)", r"[A-Za-z0-9+/=\s]", 20),
    ("password-hash", r"\$2[abxy]\$\d\d\$", r"[./A-Za-z0-9]", 40),
    ("password-hash", r"\$argon2(?:id|i|d)\$", r"[A-Za-z0-9+/=,$]", 20),
    ("password-hash", r"\$(?:5|6|y|1|apr1|7)\$", r"[./A-Za-z0-9$=]", 20),
    ("password-hash", r"(?:pbkdf2_sha\d+|scrypt|pbkdf2:sha\d+|scrypt:\d+:\d+):?\d*\$", r"[A-Za-z0-9+/=$]", 20),
    ("url-signature", r"[?&](?:sig|signature|X-Amz-Signature|X-Goog-Signature|X-Amz-Security-Token)=", r"[A-Za-z0-9%+/=_\-]", 10),
)
"""(rule, how it begins, characters of the rest, how many of them at least)."""

WHOLE: tuple[tuple[str, str], ...] = (
    ("azure-client-secret", r"[A-Za-z0-9_~.\-]{3}\dQ~[A-Za-z0-9_~.\-]{31,34}"),
    ("mailchimp-key", r"[0-9a-f]{32}-us\d{1,2}(?!\w)"),
    ("discord-token", r"[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}"),
)
"""(rule, the whole form) where the beginning alone says nothing."""

_START = r"(?<![A-Za-z0-9])"
_KEEP = {"slack-webhook", "discord-webhook", "teams-webhook", "url-signature", "google-service-account"}
"""The address in front of these is no secret."""


def _branch(rule: str, prefix: str, body: str, at_least: str) -> str:
    return f"{prefix}({body}{at_least})" if rule in _KEEP else f"({prefix}{body}{at_least})"


_RULES = [rule for rule, *_ in PREFIXED] + [rule for rule, _ in WHOLE]
_COMPLETE = re.compile(
    _START
    + "(?:"
    + "|".join([_branch(rule, p, body, f"{{{n},}}+") for rule, p, body, n in PREFIXED] + [f"({form})" for _, form in WHOLE])
    + ")"
)
_CUT = re.compile(_START + "(?:" + "|".join(_branch(r, p, body, r"*+") + r"\Z" for r, p, body, _ in PREFIXED) + ")")
_CUT_JWT = re.compile(_START + r"eyJ[A-Za-z0-9_\-]*+\Z")
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_PEM_BODY = re.compile(r"(?:[A-Za-z0-9+/=\s:,.\-\\]|\\[nr])*+")
_PPK = re.compile(r"Private-Lines: \d+\s+([A-Za-z0-9+/=\s]+)")
_TAIL = 600


def find_prefixed(text: str, complete: bool) -> Iterator[Found]:
    """Keys with a known beginning; in the head of a longer text also one that the end cuts."""
    for hit in _COMPLETE.finditer(text):
        index = hit.lastindex or 1
        yield Found(hit.start(index), hit.end(index), _RULES[index - 1], SHAPE)
    if not complete:
        tail = max(0, len(text) - _TAIL)
        for hit in _CUT.finditer(text, tail):
            index = hit.lastindex or 1
            yield Found(hit.start(index), hit.end(index), _RULES[index - 1], SHAPE)
        for hit in _CUT_JWT.finditer(text):
            yield Found(hit.start(), hit.end(), "jwt", SHAPE)


def find_pem(text: str, complete: bool) -> Iterator[Found]:
    """Private keys in PEM and PuTTY form; without END, as far as the base64 goes."""
    position = 0
    while begin := _PEM.search(text, position):
        after = _PEM_BODY.match(text, begin.end())
        end = _PEM_END.search(text, begin.end())
        following = _PEM.search(text, begin.end())
        if end and not (following and following.start() < end.start()):
            position = end.end()
        else:
            position = after.end() if after else begin.end()
        yield Found(begin.start(), position, "private-key", SHAPE)
    for hit in _PPK.finditer(text):
        yield Found(hit.start(1), hit.end(1), "private-key", SHAPE)
