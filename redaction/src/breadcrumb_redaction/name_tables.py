"""The words that make a name secret, and those that keep it harmless."""

NAMES = {
    "password": """
        password passwords passwd passwds pwd passphrase passcode pass_word pass_phrase pass_code
        pw passwort kennwort senha contrasena contraseña wachtwoord mot_de_passe db_pass user_pass
        smtp_pass mysql_pass root_pass admin_pass ftp_pass my_pass email_pass mail_pass proxy_pass
        redis_pass pg_pass postgres_pass ssh_pass login_pass http_pass ldap_pass basic_pass
        rabbitmq_pass mongo_pass requirepass masterauth
    """,
    "secret": """
        secret secrets secret_key client_secret app_secret shared_secret hmac_secret
        webhook_secret
    """,
    "token": """
        token access_token refresh_token auth_token id_token bearer_token session_token api_token
        csrf_token xsrf_token oauth_token bot_token sas_token personal_access_token jwt bearer
        access_tokens refresh_tokens api_tokens auth_tokens csrf xsrf magic_link
    """,
    "api-key": """
        api_key api_keys app_key access_key access_keys access_key_id subscription_key license_key
        product_key account_key shared_access_key storage_key consumer_key function_key
        webhook_key service_key functions_key
    """,
    "private-key": """
        private_key private_keys priv_key signing_key sign_key encryption_key decryption_key
        crypt_key cipher_key master_key ssh_key rsa_key pgp_key gpg_key tls_key ssl_key
        symmetric_key hmac_key session_key aes_key root_key deploy_key jwt_key service_account_key
        fernet_key cookie_key data_key wallet_key seed_phrase recovery_phrase mnemonic_phrase
        wallet_seed
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
        connect_sid
    """,
    "one-time-code": """
        otp totp hotp one_time_password mfa_code mfa_token two_factor_code tfa_code
        verification_code auth_code authorization_code recovery_code recovery_codes backup_code
        backup_codes pin_code card_pin user_pin security_answer code_verifier oauth_verifier
        device_code sms_code
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
"""Rule -> names, written in snake_case; more than 150."""

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
    set flow mixin middleware getter config settings options
"""
"""A name that ends in one of these tells something about a secret."""

ABOUT_FIRST = """
    is has had needs need num n nb max min total use uses using should can requires require show
    hide forgot validate skip allow no with count avg mean next
"""
"""A name that begins with one of these does too."""

HARMLESS = """
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

WEAK = "auth token cookie cookies bearer jwt otp session_id credential"
"""Words of which that is true."""

STEMS = """
    pass pw secret token key auth cred cookie sess jwt bearer csrf xsrf kennwort senha contrase
    wachtwoord otp code pin card cc cvv cvc ssn social tax national sin tin bank account routing
    iban magic phrase seed sid answer pan
"""
"""Every name above contains one of these: a text without them holds no named secret."""
