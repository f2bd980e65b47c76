"""The words that make a name secret, and those that keep it harmless."""

NAMES = {
    "password": """
        password passwords passwd passwds pwd passphrase passcode pass_word pass_phrase pass_code
        pw pswd pword psw passw userpass passwort kennwort senha contrasena contraseña wachtwoord
        mot_de_passe motdepasse mdp db_pass user_pass palavra_passe пароль parol 密码 密碼 口令 パスワード
        暗証番号 비밀번호 암호 hasło haslo lösenord losenord şifre sifre heslo mật_khẩu mat_khau
        jelszó jelszo
        salasana adgangskode passord lozinka κωδικός סיסמה sandi geslo zaporka salasõna slaptažodis лозинка
        парола tunnussana parool pasfhocal cyfrinair kata_laluan nenosiri wagwoord fjalekalimi
        fjalëkalimi parolă
        סיסמא 패스워드 পাসওয়ার্ড கடவுச்சொல் პაროლი գաղտնաբառ şifrə kata_kunci losung geheimzahl
        zugangscode toegangscode
        पासवर्ड كلمة_المرور رمز_عبور گذرواژه รหัสผ่าน contrasenya pasahitza lykilorð
        smtp_pass mysql_pass root_pass admin_pass ftp_pass my_pass email_pass mail_pass proxy_pass
        redis_pass pg_pass postgres_pass ssh_pass login_pass http_pass ldap_pass basic_pass
        rabbitmq_pass mongo_pass requirepass masterauth
    """,
    "secret": """
        secret secrets secret_key client_secret app_secret shared_secret hmac_secret
        webhook_secret geheimnis segredo secreto sekret секрет clé_secrète cle_secrete geheim hemlighet
        segreto tajne_heslo tajni_kljuc gizli_anahtar clave_secreta chave_secreta chiave_segreta
        klucz_tajny tajny_klucz
        geheime_sleutel geheimschlüssel geheimschluessel hemlig_nyckel секретный_ключ código_secreto
        codigo_secreto code_secret
        codice_segreto phrase_secrète phrase_secrete frase_secreta
    """,
    "token": """
        token access_token refresh_token auth_token id_token bearer_token session_token api_token
        csrf_token xsrf_token csrfmiddlewaretoken remember_token oauth_token bot_token sas_token
        personal_access_token jwt bearer
        access_tokens refresh_tokens api_tokens auth_tokens csrf xsrf magic_link
        токен jeton_acces jeton_d_acces 令牌 トークン 토큰 access_tok zugriffstoken toegangstoken
    """,
    "api-key": """
        api_key api_keys app_key access_key access_keys access_key_id subscription_key license_key
        product_key account_key shared_access_key storage_key consumer_key function_key
        webhook_key service_key functions_key apikeys client_key shared_key auth_key server_key
        live_key integration_key instrumentation_key ingestion_key write_key admin_key merchant_key
        chave_api chave_de_api clave_api llave_api cle_api clé_api chiave_api klucz_api ключ_api
        api_schlüssel api_schluessel api_anahtari api_nyckel
    """,
    "private-key": """
        private_key private_keys priv_key signing_key sign_key encryption_key decryption_key
        crypt_key cipher_key master_key ssh_key rsa_key pgp_key gpg_key tls_key ssl_key
        symmetric_key hmac_key session_key aes_key root_key deploy_key jwt_key service_account_key
        fernet_key cookie_key data_key wallet_key seed_phrase recovery_phrase mnemonic_phrase
        wallet_seed psk kek dek preshared_key pre_shared_key wpa_key passkey key_encryption_key
        host_key wrapping_key derived_key derive_key clave_privada chave_privada clé_privée cle_privee
        chiave_privata
        klucz_prywatny privater_schlüssel privatschlüssel 私钥 개인키 приватный_ключ 密钥 密鑰 秘密鍵
        비밀키 закрытый_ключ
    """,
    "authorization": """
        authorization proxy_authorization auth basic_auth http_auth auth_header x_auth
        www_authenticate authentication_info rediscli_auth
    """,
    "credentials": """
        credential credentials creds cred service_account_json service_account_info
    """,
    "cookie": """
        cookie cookies set_cookie session_cookie sessionid session_id phpsessid jsessionid
        connect_sid sessid asp_net_sessionid csrftoken laravel_session session_token_cookie
    """,
    "one-time-code": """
        otp totp hotp one_time_password one_time_code one_time_pin otp_code mfa_code mfa_token
        two_factor_code tfa_code
        verification_code auth_code authorization_code recovery_code recovery_codes backup_code
        backup_codes pin_code card_pin user_pin security_answer code_verifier oauth_verifier
        验证码 認証コード 인증번호 код_подтверждения código_verificación codigo_verificacion
        código_de_verificação
        codigo_de_verificacao kod_weryfikacyjny bestätigungscode bestaetigungscode code_de_vérification
        codice_di_verifica
        device_code sms_code passcodes pincode security_pin login_code unlock_code
    """,
    "card": """
        card_number credit_card credit_card_number cc_number cc_num card_num debit_card ccnumber
        cvv cvv2 cvc cvc2 card_cvv card_cvc security_code card_security_code pan_number
        primary_account_number
    """,
    "ssn": """
        ssn social_security social_security_number social_security_no tax_id tax_payer_id
        national_id sin_number tin_number
    """,
    "bank-account": """
        bank_account bank_account_number account_number routing_number iban sort_code
    """,
}
"""Rule -> names, written in snake_case; more than 200, in more than twenty languages."""

OPEN = {
    "password": "pass clave parola parole",
    "token": "tok tokens csrf_value nonce_token jeton sas",
    "secret": "gizli tajne tajny hemlig geheime",
    "cookie": "sid sess session",
    "signature": "sig signature hmac sign",
    "private-key": "seed mnemonic seed_words entropy_seed pepper",
    "one-time-code": "pin pin_number",
    "connection-string": "dsn connection_string conn_string connection_str conn_str connstr",
}
"""Rule -> names that hold a secret only where the value has the shape of one (weights.py)."""

VENDORS = """
    openai anthropic stripe github gitlab google gcp aws azure cloudflare sendgrid mailgun twilio slack
    datadog dd newrelic sentry algolia mapbox maps gmaps huggingface hf cohere mistral groq replicate
    deepgram elevenlabs pinecone weaviate qdrant supabase firebase heroku netlify vercel digitalocean
    linode shopify square paypal braintree plaid adyen airtable notion linear asana jira atlassian
    bitbucket dropbox box okta auth0 launchdarkly segment mixpanel amplitude intercom zendesk hubspot
    mailchimp brevo postmark sparkpost pusher ably contentful sanity cloudinary imgur giphy unsplash
    pexels tmdb omdb openweather weather newsapi alphavantage polygon finnhub binance coinbase kraken
    infura alchemy etherscan moralis telegram discord steam riot spotify youtube tavily serper serpapi
    brave perplexity together fireworks deepseek gemini claude gpt langsmith langfuse wandb snyk sonar
    codecov rollbar bugsnag honeycomb grafana elastic databricks snowflake fastly pagerduty opsgenie
    zoom xai adafruit bittrex etsy facebook fb flickr freshbooks gitter kucoin lob mattermost messagebird
    trello twitch twitter x_rapidapi rapidapi yandex vendor partner backend
    adobe authress beamer cisco meraki clickhouse codecov confluent doppler droneci duffel dynatrace
    easypost
    facebook finicity flutterwave frameio grafana harness hashicorp infracost intercom intra jfrog
    linkedin looker maxmind messagebird nytimes octopus openshift planetscale postman prefect privateai
    pulumi
    readme scalingo sendbird sendinblue settlemint shippo sidekiq sourcegraph squarespace sumo sumologic
    tomtom mapquest deepl ipinfo ipstack ipgeolocation fixer clearbit yelp foursquare opencage geoapify
    abstract
    travis typeform vault zendesk
"""
"""Before `key` these make a key of an interface: `stripe_key`, `OPENAI_KEY`."""

ABOUT_LAST = """
    count counts counter length len size type types kind name names url urls uri uris endpoint
    endpoints path paths file files filename dir directory field fields label labels policy policies
    expiry expires expired expiration expire ttl timeout at age id ids index idx limit limits max
    min usage used valid validator validators strength required enabled disabled exists manager
    provider providers factory class cls backend backends handler regex pattern format version
    algorithm alg scope scopes status state location column header headers arn lifetime budget rate
    cost position pos offset span bytes attempts retries changed updated created date time seconds
    hint placeholder prompt error errors message help ref reference rotation days history reset
    support feature ok fn func callback method mode map parser stream matcher issuer audience domain
    samesite secure httponly jar lookup prefix suffix present matches mismatch checker rule rules
    template templates hasher hashers exempt memory set flow mixin middleware getter config settings options
"""
"""A name that ends in one of these tells something about a secret."""

ABOUT_FIRST = """
    is has had needs need num n nb max min total use uses using should can requires require show
    hide forgot validate skip allow no with count avg mean next
"""
"""A name that begins with one of these does too."""

HARMLESS = """
    pin_memory session_count session_factory session_maker session_local signature_help sort_key
    primary_key public_key foreign_key
    next_token page_token next_page_token continuation_token cancellation_token cancel_token
    stop_token eos_token bos_token pad_token unk_token mask_token sep_token cls_token special_token
    start_token end_token first_token last_token current_token prev_token previous_token peek_token
    lex_token per_token sync_token session_key_name token_index cookie_consent cookie_banner
    auth_user author_auth contextvar_token secret_santa auth_required auth_failed auth_success
    auth_level auth_role auth_group auth_module auth_service auth_db auth_source
"""
"""Names that contain a secret's word and yet hold none."""

VALUE_WORDS = """
    value val str string raw b hex data text plain plaintext encrypted encoded new old v env hash
    digest prod production dev staging test live bytes secret default current
"""
"""`token` and its like count only at the end of a name or before one of these: not in `token_bucket`."""

WEAK = """
    auth token tokens cookie cookies bearer jwt otp session_id credential csrf xsrf pass clave
    parola parole jeton токен geheim tok sid sess
    session sig signature hmac sign seed mnemonic pin psk sifre sandi heslo dsn
"""
"""Words of which that is true."""

COMMON = """
    first second third last next dry full outer inner boarding multi single two one pass fail ok yes no
    on off
    auto none default low high band all skip error success failed passed pending unknown name value key both
    low_pass high_pass band_pass forward backward valor nombre string text
"""
"""Values that no password is, under a name like `pass`."""

GLUED = (
    "password passwd passphrase secret apikey accesstoken authtoken secretkey privatekey kennwort passwort "
    "密码 密碼 口令 パスワード 비밀번호 암호 пароль 密码为 密码是 パスワードは 비밀번호는"
)
"""A word that ends in one of these means a secret."""

PHRASE_LAST = """
    key code number password passe khẩu phrase passphrase token secret pin phrases codes string
    id
"""
"""Of several words with blanks between them, the last: `api key: x`, `mot de passe : x`."""

VERBS_ABOUT = """
    check verify validate is has set reset change update delete remove revoke send parse print count
    log test
    handle compare match assert register add store save write show hide clear invalidate expire
    confirm require
    use login logout on before after post init setup configure tokenize lex scan next peek prev skip
    expect mask
    redact hash sign strength estimate reject accept apply call run do
"""
"""A function whose name begins with one of these returns something else than the secret in its name."""

PREPOSITIONS = "from for of by via in with to as or"
"""What follows one of these in a function's name is not what it returns."""

IDENTIFIERS = """
    id ids uid uuid guid ulid ksuid cuid nanoid etag ray sha sha1 sha256 commit revision rev digest
    checksum fingerprint ref reference txid tx txhash msgid slug address wallet span trace request
    correlation phone tel telephone mobile fax cell msisdn boundary
"""
"""What a name that ends in one of these holds tells things apart: no key is guessed in it."""

STEMS = """
    pass pw psw secret token tok key auth cred cookie sess jwt bearer csrf xsrf kennwort senha contrase
    wachtwoord mdp otp code pin card cc cvv cvc ssn social tax national sin tin bank account routing
    iban magic phrase seed sid answer pan clave parol sig hmac psk kek dek mnemonic dsn conn haslo
    losenord
    sifre heslo mat_khau matkhau mat-khau geheimnis segredo sekret jelszo salasana adgangskode
    lozink sandi
    geslo zaporka salasõna slaptažodis лозинка парола contrasenya pasahitza lykilorð
    पासवर्ड كلمة رمز گذرواژه รหัสผ่าน секрет geheim hemlighet segreto tajn gizli
    токен jeton 令牌 トークン 토큰 chave llave cle_api cle-api cleapi clé chiave klucz ключ
    schlüssel schluessel anahtar nyckel 密钥 密鑰 秘密鍵 비밀키
    nonce hasło lösenord şifre mật jelszó пароль κωδικός סיסמה
    密码 密碼 口令 パスワード 暗証番号 비밀번호 암호
    tunnussana parool pasfhocal cyfrinair laluan nenosiri wagwoord fjal parolă סיסמא 패스워드 পাসওয়ার্ড
    கடவுச்சொல்
    პაროლი գաղտնաբառ şifrə kata_kunci kata-kunci katakunci losung geheimzahl zugang toegang hemlig sas
    pepper cle_priv cle-priv clepriv 私钥 개인키 приватный
    验证码 認証コード 인증번호 код weryf codice codigo código gen_salt securestring
"""
"""Every name above contains one of these: a text without them holds no named secret."""
