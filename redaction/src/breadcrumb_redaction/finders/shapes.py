"""Secrets that show by their own form: prefixed keys, JWT, PEM and DER keys, password hashes.

Sources of the forms: the providers' own documentation of their key formats.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ..lazy import lazy
from ..match import SHAPE, Found
from ..named_tuple import NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_URLSAFE = r"[A-Za-z0-9_\-]"
_ALNUM = r"[A-Za-z0-9]"
_HEX = r"[0-9a-f]"

PREFIXED: tuple[tuple[str, str, str, int], ...] = (
    ("aws-access-key", "AKIA ASIA AROA AIDA ABIA ACCA", r"(?=[A-Z]{0,80}[0-9])[A-Z0-9]", 16),
    ("aws-access-key", "A3T", r"(?=[A-Z]{0,80}[0-9])[A-Z0-9]", 17),
    ("aws-bedrock-key", "ABSK", r"[A-Za-z0-9+/=]", 100),
    ("gcp-api-key", "AIza", _URLSAFE, 30),
    ("google-oauth", "ya29. GOCSPX- 1//0 4/0A", r"[A-Za-z0-9_\-.]", 20),
    ("github-token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"[A-Za-z0-9_.\-]", 20),
    (
        "gitlab-token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- glffct- gloas- glwt- GR1348941",
        r"[A-Za-z0-9_\-.]",
        18,
    ),
    (
        "slack-token",
        "xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp- xapp-",
        _URLSAFE,
        10,
    ),
    ("slack-webhook", "hooks.slack.com/", r"[A-Za-z0-9_/\-]", 20),
    ("discord-webhook", "discord.com/api/webhooks/ discordapp.com/api/webhooks/", r"[A-Za-z0-9_/\-]", 30),
    ("teams-webhook", "webhook.office.com/webhookb2/", r"[A-Za-z0-9_/@\-]", 20),
    ("stripe-key", "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_", _ALNUM, 10),
    ("stripe-webhook", "whsec_", r"[A-Za-z0-9+/=]", 20),
    ("anthropic-key", "sk-ant-", _URLSAFE, 12),
    ("openai-key", "sk-proj- sk-svcacct- sk-admin- sk-None- sk-or-v1- sk-lf-", _URLSAFE, 16),
    ("openai-key", "sk-", _ALNUM, 32),
    ("groq-key", "gsk_", _ALNUM, 30),
    ("xai-key", "xai-", _ALNUM, 40),
    ("perplexity-key", "pplx-", _ALNUM, 30),
    ("huggingface-token", "hf_ api_org_", _ALNUM, 30),
    ("replicate-token", "r8_", _ALNUM, 30),
    ("npm-token", "npm_", _ALNUM, 30),
    ("pypi-token", "pypi-AgE", _URLSAFE, 20),
    ("rubygems-token", "rubygems_", _HEX, 32),
    ("crates-token", "cio", r"(?=[A-Za-z]{0,80}[0-9])[A-Za-z0-9]", 32),
    ("docker-token", "dckr_pat_ dckr_oat_", _URLSAFE, 20),
    ("sendgrid-key", "SG.", r"(?=[A-Za-z0-9_\-]{16,80}+\.)[A-Za-z0-9_\-.]", 33),
    ("sendinblue-key", "xkeysib-", r"[A-Za-z0-9\-]", 30),
    ("twilio-key", "SK", _HEX, 32),
    ("mailgun-key", "key-", _HEX, 32),
    ("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", _HEX, 40),
    ("doppler-token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", r"[A-Za-z0-9_.\-]", 30),
    ("databricks-token", "dapi", r"[0-9a-f\-]", 32),
    ("vault-token", "hvs. hvb. hvr.", _URLSAFE, 20),
    ("vault-token", "s.", r"(?=[A-Za-z0-9]{24}(?![\w.(\-]))(?=[A-Za-z]{0,23}[0-9])[A-Za-z0-9]", 24),
    ("asana-token", "1/ 2/", r"(?=[0-9]{16}[:/])[0-9a-f:/]", 49),
    ("resend-key", "re_", r"(?=[A-Za-z0-9]{8}_)[A-Za-z0-9_]", 30),
    ("intra42-secret", "s-s4t2ud- s-s4t2af-", _HEX, 64),
    (
        "authress-key",
        "sc_ ext_ scauth_ authress_",
        r"(?=[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_\-])[A-Za-z0-9._\-+/=]",
        40,
    ),
    ("lob-key", "live_ test_", _HEX, 35),
    ("defined-networking-key", "dnkey-", r"[A-Za-z0-9=_\-]", 40),
    ("zoho-token", "1000.", r"(?=[0-9a-f]{32}\.[0-9a-f]{32})[0-9a-f.]", 65),
    ("amazon-mws-token", "amzn.mws.", r"[0-9a-f\-]", 36),
    ("shopify-token", "shpat_ shpca_ shppa_ shpss_ shptka_", _ALNUM, 30),
    ("square-token", "sq0atp- sq0csp- sq0idp-", _URLSAFE, 22),
    ("facebook-token", "EAA", r"(?=[A-Za-z_\-]{0,80}[0-9])[A-Za-z0-9_\-]", 56),
    ("linear-key", "lin_api_ lin_oauth_", _ALNUM, 30),
    ("notion-token", "ntn_ secret_", r"(?=[A-Za-z]{0,80}[0-9])[A-Za-z0-9]", 40),
    ("postman-key", "PMAK-", r"[A-Za-z0-9\-]", 24),
    ("newrelic-key", "NRAK- NRII- NRJS- NRBR- NRRA- NRAA-", _URLSAFE, 20),
    ("grafana-token", "glc_ glsa_", r"[A-Za-z0-9_+/=]", 30),
    ("planetscale-token", "pscale_tkn_ pscale_oauth_ pscale_pw_", r"[A-Za-z0-9_.=\-]", 30),
    ("pulumi-token", "pul-", _HEX, 40),
    ("airtable-token", "pat", r"(?=[A-Za-z0-9]{14}\.)[A-Za-z0-9.]", 60),
    ("atlassian-token", "ATATT3 ATCTT3 ATBB ATOA", r"(?=[A-Za-z_\-]{0,80}[0-9])[A-Za-z0-9_\-=]", 20),
    ("figma-token", "figd_ figo_ figor_ figu_", _URLSAFE, 30),
    ("dropbox-token", "sl.", r"(?=[A-Za-z.]{0,80}[0-9])[A-Za-z0-9_.\-]", 60),
    ("heroku-key", "HRKU-", _URLSAFE, 30),
    ("fly-token", "fm1_ fm1a_ fm1r_ fm2_ fo1_", r"[A-Za-z0-9+/=_\-]", 40),
    ("supabase-key", "sbp_ sb_secret_", _URLSAFE, 20),
    ("sentry-token", "sntrys_ sntryu_", r"[A-Za-z0-9_=+/\-]", 40),
    ("tailscale-key", "tskey-", r"[A-Za-z0-9\-]", 16),
    ("onepassword-token", "ops_eyJ", r"[A-Za-z0-9_=+/\-]", 40),
    ("age-key", "AGE-SECRET-KEY-1", r"[A-Z0-9]", 40),
    ("alibaba-key", "LTAI", r"(?=[A-Za-z]{0,80}[0-9])[A-Za-z0-9]", 12),
    ("dynatrace-token", "dt0c01. dt0s01. dt0s02. dt0s16.", r"[A-Z0-9.]", 40),
    ("easypost-key", "EZAK EZTK", r"(?=[A-Za-z]{0,80}[0-9])[A-Za-z0-9]", 40),
    ("jfrog-token", "AKCp", r"(?=[A-Za-z]{0,80}[0-9])[A-Za-z0-9]", 60),
    ("launchdarkly-key", "sdk- api- mob-", r"(?=[0-9a-f]{8}-[0-9a-f]{4}-4)[0-9a-f\-]", 36),
    ("plaid-token", "access-sandbox- access-development- access-production-", r"[0-9a-f\-]", 36),
    ("mapbox-token", "sk.eyJ tk.eyJ", r"[A-Za-z0-9_.\-]", 40),
    ("prefect-key", "pnu_ pnb_", _ALNUM, 30),
    ("readme-key", "rdme_", _ALNUM, 40),
    ("shippo-token", "shippo_live_ shippo_test_", _HEX, 30),
    ("typeform-token", "tfp_", r"[A-Za-z0-9_.=\-]", 40),
    ("contentful-token", "CFPAT-", _URLSAFE, 30),
    ("buildkite-token", "bkua_ bkaj_ bkct_", _ALNUM, 30),
    ("circleci-token", "CCIPAT_ CCIPRJ_", r"[A-Za-z0-9_]", 30),
    ("adafruit-key", "aio_", _ALNUM, 26),
    ("clojars-token", "CLOJARS_", _ALNUM, 40),
    ("langsmith-key", "lsv2_pt_ lsv2_sk_", r"[0-9a-f_]", 30),
    ("braintree-token", "access_token$production$ access_token$sandbox$", r"[0-9a-z$]", 30),
    ("aws-session-token", "IQoJb3JpZ2lu FwoGZXIvYXdz AQoDYXdz", r"[A-Za-z0-9+/=]", 40),
    ("azure-refresh-token", "0.A 1.A 0.AX 1.AX", r"(?=[A-Za-z0-9_\-]{20})[A-Za-z0-9_\-.]", 100),
    ("onepassword-secret-key", "A3-", r"(?=[A-Z0-9]{6}-)[A-Z0-9\-]", 31),
    ("adobe-secret", "p8e-", r"[A-Za-z0-9]", 32),
    ("clickhouse-key", "4b1d", r"(?=[a-f0-9]{0,37}[A-Zg-z])[A-Za-z0-9]", 38),
    ("cloudflare-token", "v1.0- cfut_ cfat_", r"[A-Za-z0-9_\-]", 40),
    ("artifactory-token", "cmVmd", r"[A-Za-z0-9]", 59),
    ("duffel-token", "duffel_test_ duffel_live_", r"[A-Za-z0-9_\-=]", 40),
    ("frameio-token", "fio-u-", r"[A-Za-z0-9_\-=]", 60),
    ("flutterwave-key", "FLWSECK_TEST- FLWSECK-", r"[A-Za-z0-9\-]", 12),
    ("nvidia-key", "nvapi-", _URLSAFE, 50),
    ("nuget-key", "oy2", r"[a-z0-9]", 43),
    ("sourcegraph-token", "sgp_", r"[A-Za-z0-9_]", 40),
    ("sonarqube-token", "squ_ sqp_ sqa_", _HEX, 40),
    ("brevo-key", "xsmtpsib-", r"[A-Za-z0-9\-]", 30),
    ("settlemint-token", "sm_aat_ sm_pat_ sm_sat_", _ALNUM, 16),
    ("infracost-key", "ico-", _ALNUM, 32),
    ("octopus-key", "API-", r"(?=[A-Z]{0,25}[0-9])[A-Z0-9]", 26),
    ("openshift-token", "sha256~", _URLSAFE, 40),
    ("yandex-key", "AQVN t1.9eu y0_", _URLSAFE, 35),
    ("tavily-key", "tvly-", _URLSAFE, 20),
    ("pinecone-key", "pcsk_", r"[A-Za-z0-9_]", 40),
    ("posthog-key", "phx_ phs_", _ALNUM, 30),
    ("neon-key", "napi_", _ALNUM, 40),
    ("render-key", "rnd_", _ALNUM, 24),
    ("jina-key", "jina_", _URLSAFE, 40),
    ("elevenlabs-key", "sk_", _HEX, 40),
    ("together-key", "tgp_v1_", _URLSAFE, 30),
    ("fireworks-key", "fw_", _ALNUM, 20),
    ("cerebras-key", "csk-", r"[a-z0-9]", 40),
    ("hubspot-token", "pat-na1- pat-na2- pat-eu1- pat-ap1-", r"[0-9a-fA-F\-]", 30),
    ("mongodb-secret", "mdb_sa_sk_", _URLSAFE, 20),
    ("razorpay-key", "rzp_live_ rzp_test_", _ALNUM, 14),
    ("tencent-key", "AKID", r"(?=[A-Za-z]{0,31}[0-9])[A-Za-z0-9]", 32),
    ("volcengine-key", "AKLT", r"(?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9_\-]", 40),
    ("baidu-key", "ALTAK", r"(?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9_\-]", 20),
    ("wakatime-key", "waka_", r"[0-9a-f\-]", 36),
    ("e2b-key", "e2b_", _HEX, 40),
    ("firecrawl-key", "fc-", _HEX, 32),
    ("clickup-token", "pk_", r"(?=[0-9]{6,9}_)[0-9A-Z_]", 38),
    ("zuplo-key", "zpka_", r"[A-Za-z0-9_]", 30),
    ("paddle-key", "pdl_live_apikey_ pdl_sdbx_apikey_", r"[A-Za-z0-9_]", 40),
    ("checkout-key", "sk_sbox_", _ALNUM, 20),
    ("xata-key", "xau_", _ALNUM, 30),
    ("vercel-token", "vcp_ vci_ vca_ vcr_ vck_", _ALNUM, 24),
    ("twitter-bearer", "AAAAAAAAAAAAAAAAAAAAA", r"[A-Za-z0-9%]", 40),
    ("polar-token", "polar_oat_ polar_pat_", _ALNUM, 30),
    ("langfuse-key", "sk-lf- pk-lf-", r"[0-9a-f\-]", 36),
    ("grafana-token", "eyJrIjoi", r"[A-Za-z0-9+/=]", 60),
    ("harness-token", "pat.", r"(?=[A-Za-z0-9_\-]{22}\.)[A-Za-z0-9_\-.]", 60),
    ("shopify-token", "shpua_ shpct_", _ALNUM, 30),
    ("gitlab-token", "glrtr- gltok-", _URLSAFE, 20),
    ("jwt", "eyJ", r"(?=[A-Za-z0-9_\-]{6,4000}+\.)[A-Za-z0-9_\-.]", 12),
    (
        "der-private-key",
        "MIIEv MIIEo MIIJQ MIIJK MIICd MIICX MIIBV MIGHAgEA MHcCAQEE MC4CAQAw",
        r"(?=[A-Za-z0-9+/]{0,3}(?:IBA|AgE|AME|BQYD|I))[A-Za-z0-9+/=]",
        40,
    ),
    ("password-hash", "$2a$ $2b$ $2x$ $2y$", r"[./A-Za-z0-9$]", 40),
    ("password-hash", "$argon2id$ $argon2i$ $argon2d$", r"[A-Za-z0-9+/=,$]", 20),
    ("password-hash", "$5$ $6$ $y$ $1$ $apr1$ $7$", r"[./A-Za-z0-9$=]", 20),
    (
        "password-hash",
        "pbkdf2_sha256$ pbkdf2_sha1$ pbkdf2_sha512$ pbkdf2:sha256: pbkdf2:sha512: scrypt:",
        r"[A-Za-z0-9+/=$:]",
        30,
    ),
    (
        "url-signature",
        "?sig= &sig= ?X-Amz-Signature= &X-Amz-Signature= &X-Goog-Signature= &X-Amz-Security-Token= "
        "?Signature= &Signature= &signature=",
        r"[A-Za-z0-9%+/=_\-]",
        10,
    ),
)
"""(rule, how it may begin, characters of the rest, how many of them at least)."""

WHOLE: tuple[tuple[str, str, str], ...] = (
    ("azure-client-secret", "Q~", r"[A-Za-z0-9_~.\-]{3}\dQ~[A-Za-z0-9_~.\-]{31,34}"),
    ("mailchimp-key", "-us", r"[0-9a-f]{32}-us[0-9]{1,2}(?!\w)"),
    ("telegram-token", ":AA", r"[0-9]{8,10}:AA[A-Za-z0-9_\-]{32,}"),
    ("terraform-token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=\-]{40,}"),
    ("discord-token", ".", r"[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}"),
)
"""(rule, a part that each one holds, the whole form) where the beginning alone says nothing."""

_ADDRESSED = frozenset({"slack-webhook", "discord-webhook", "teams-webhook", "url-signature"})
"""What these begin with is an address and stays."""


_LOOKAHEAD = lazy(r"^\(\?=.*\)(?=\[)")


class _Shape(NamedTuple):
    prefix: str
    rule: str
    complete: re.Pattern[str]
    cut: re.Pattern[str]


@cache
def _by_head() -> dict[str, list[_Shape]]:
    """The shapes by their first two characters."""
    heads: dict[str, list[_Shape]] = {}
    for rule, prefixes, body, least in PREFIXED:
        complete, cut = lazy(f"{body}{{{least},}}+"), lazy(rf"{_LOOKAHEAD.sub('', body)}*+\Z")
        for prefix in prefixes.split():
            heads.setdefault(prefix[:2], []).append(_Shape(prefix, rule, complete, cut))
    return heads


_ALONE, _AFTER_BOT = r"(?<![A-Za-z0-9])", r"(?:(?<![A-Za-z0-9])|(?<=/bot))"
_WHOLE = tuple(
    (rule, part, lazy(rf"{_AFTER_BOT if rule == 'telegram-token' else _ALONE}(?:{form})"))
    for rule, part, form in WHOLE
)
_SHORTEST = min(len(prefix) + least for _, prefixes, _, least in PREFIXED for prefix in prefixes.split())
_IN_RUN = r"""[^\s"'`<>,;(){}\[\]|\\]"""
_RUN = lazy(f"{_IN_RUN}{{{_SHORTEST},}}+")
_SHORT = 7
_SHORT_RUN = lazy(rf"(?<!{_IN_RUN}){_IN_RUN}{{{_SHORT + 1},{_SHORTEST - 1}}}\Z")
_SHORT_TAIL = lazy(rf"[A-Za-z0-9_.\-]{{4,{_SHORT}}}\Z")
_START = lazy(r"(?<![A-Za-z0-9])[A-Za-z0-9]|[$?&](?=[A-Za-z0-9])")
_CUT_JWT = lazy(r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_\-]*+\Z")
_PEM = lazy(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = lazy(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_PEM_BODY = lazy(r"(?:[A-Za-z0-9+/=\s:,.\-\\]|\\[nr])*+")
_PPK = lazy(r"Private-Lines: \d+\s+([A-Za-z0-9+/=\s]+)")


def shapes() -> tuple[tuple[str, str, int], ...]:
    """(prefix, ASCII characters of the rest, how many of them at least) of each key with a known form."""
    return tuple(
        (prefix, _members(body[body.rindex("[") + 1 : -1]), least)
        for _, prefixes, body, least in PREFIXED
        for prefix in prefixes.split()
    )


@cache
def _members(written: str) -> str:
    """The ASCII characters of a class, by what stands in its brackets; to compile each takes longer."""
    last, found = "", set[str]()
    signs = iter(written)
    for sign in signs:
        if sign == "-" and last:
            end = next(signs)
            found.update(map(chr, range(ord(last), ord(end) + 1)))
            last = ""
        else:
            last = next(signs) if sign == "\\" else sign
            found.add(last)
    return "".join(sorted(found))


def find_prefixed(text: str, complete: bool) -> Iterator[Found]:
    """Keys with a known form; in the head of a longer text also one that the end cuts."""
    for run in _RUN.finditer(text):
        yield from _in_run(text, run.start(), run.end(), not complete and run.end() == len(text))
    if not complete and (cut_run := _SHORT_RUN.search(text, max(0, len(text) - _SHORTEST))):
        yield from _in_run(text, cut_run.start(), len(text), True)
    if not complete and (tail := _SHORT_TAIL.search(text, max(0, len(text) - _SHORT))):
        yield from _in_run(text, tail.start(), len(text), True)
    for rule, part, form in _WHOLE:
        if part in text:
            for hit in form.finditer(text):
                yield Found(hit.start(), hit.end(), rule, SHAPE)
    if not complete and "eyJ" in text and (cut := _CUT_JWT.search(text)):
        yield Found(cut.start(), cut.end(), "jwt", SHAPE)


def _in_run(text: str, begin: int, end: int, at_end: bool) -> Iterator[Found]:
    covered, heads = begin, _by_head()
    for start in _START.finditer(text, begin, end):
        at = start.start()
        if at < covered:
            continue
        for shape in heads.get(text[at : at + 2], ()):
            if text.startswith(shape.prefix, at):
                after = at + len(shape.prefix)
                hit = shape.complete.match(text, after) or (shape.cut.match(text, after) if at_end else None)
                if hit:
                    covered = hit.end()
                    yield Found(after if shape.rule in _ADDRESSED else at, hit.end(), shape.rule, SHAPE)


def find_pem(text: str) -> Iterator[Found]:
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
