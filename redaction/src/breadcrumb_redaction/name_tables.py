"""The words that make a name secret, and those that keep it harmless."""

NAMES = {
    "password": """
        password passwords passwd passwds pwd passphrase passcode pass_word pass_phrase pass_code pw
        pswd pword psw passw userpass passwort kennwort senha contrasena wachtwoord mot_de_passe
        motdepasse mdp db_pass user_pass palavra_passe пароль parol 密码 密碼 口令 パスワード
        暗証番号 비밀번호 암호 hasło lösenord şifre heslo mật_khẩu jelszó salasana adgangskode
        passord lozinka κωδικός סיסמה sandi geslo zaporka salasõna slaptažodis лозинка парола
        tunnussana parool pasfhocal cyfrinair kata_laluan nenosiri wagwoord fjalekalimi parolă סיסמא
        패스워드 পাসওয়ার্ড கடவுச்சொல் პაროლი գաղտնաբառ şifrə kata_kunci losung geheimzahl
        zugangscode toegangscode पासवर्ड كلمة_المرور رمز_عبور گذرواژه รหัสผ่าน contrasenya pasahitza
        lykilorð requirepass masterauth kodeord løsen contrasinal passwuert pasvorto aðgangsorð
        šifra құпия_сөз құпиясөз كلمة_السر पासकोड પાસવર્ડ పాస్వర్డ్ getpass 暗码 合言葉 puk
        losungswort zugangswort neno_la_siri focal_faire нууц сырсөз پسورد palabra_clave
        parola_d_ordine 暗証 비번 senhas pgpass masterpass adminpass rootpass
        dbpass clave_secreta clave_de_acceso pwhash passhash गुप्तशब्द
    """,
    "secret": """
        secret secrets client_secret app_secret shared_secret hmac_secret webhook_secret geheimnis
        segredo secreto sekret секрет geheim hemlighet segreto tajne_heslo código_secreto
        code_secret codice_segreto phrase_secrète frase_secreta
    """,
    "token": """
        token access_token refresh_token auth_token id_token bearer_token session_token api_token
        csrf_token xsrf_token csrfmiddlewaretoken remember_token oauth_token bot_token sas_token
        personal_access_token jwt bearer access_tokens refresh_tokens api_tokens auth_tokens csrf
        xsrf magic_link токен jeton_acces jeton_d_acces 令牌 トークン 토큰 access_tok zugriffstoken
        toegangstoken authtok
    """,
    "private-key": """
        wallet_seed totp_seed otp_seed mfa_seed 2fa_seed recovery_seed
        psk kek dek passkey private_exponent 私钥 개인키 密钥 密鑰 秘密鍵 비밀키 xprv xpriv
    """,
    "api-key": "access_key_id",
    "authorization": """
        authorization proxy_authorization auth basic_auth http_auth auth_header x_auth
        authentication_info rediscli_auth
    """,
    "credentials": """
        credential credentials creds cred service_account_json service_account_info
    """,
    "cookie": """
        cookie cookies set_cookie session_cookie sessionid session_id sess_id phpsessid jsessionid
        connect_sid sessid asp_net_sessionid csrftoken laravel_session session_token_cookie
    """,
    "one-time-code": """
        otp totp hotp one_time_password one_time_pin mfa_token card_pin user_pin wallet_pin login_pin
        sim_pin atm_pin transaction_pin code_verifier
        oauth_verifier your_code your_pin mã_xác_nhận mã_xác_thực einmalcode
        验证码 인증번호 passcodes security_pin maiden_name пин_код
    """,
    "card": """
        card_number credit_card credit_card_number cc_number cc_num card_num debit_card ccnumber cvv
        cvc card_cvv card_cvc security_code card_security_code pan_number primary_account_number
    """,
    "ssn": """
        ssn social_security social_security_number social_security_no tax_id tax_payer_id
        national_id sin_number tin_number
    """,
    "bank-account": """
        bank_account bank_account_number account_number routing_number iban sort_code
    """,
}
"""Rule -> names, written in snake_case; keys, codes and phrases are put together in concepts.py."""

OPEN = {
    "password": "pass clave parola parole",
    "token": "tok tokens csrf_value nonce_token jeton sas",
    "secret": "gizli tajne tajny hemlig geheime",
    "cookie": "sid sess session",
    "signature": "sig signature hmac sign",
    "private-key": "keytab seed mnemonic seed_words entropy_seed pepper priv",
    "one-time-code": "pin pin_number",
    "connection-string": "dsn connection_string conn_string connection_str conn_str connstr",
}
"""Rule -> names that hold a secret only where the value has the shape of one (weights.py)."""

ABOUT_LAST = """
    count counts counter length len size type types kind name names url urls uri uris endpoint
    endpoints path paths file files filename dir directory field fields label labels policy policies
    expiry expires expired expiration expire ttl timeout at age id ids index idx limit limits max
    min usage used valid validator validators strength required enabled disabled exists manager
    provider providers factory class cls backend backends handler regex pattern format version
    algorithm alg scope scopes status state location column header headers arn lifetime budget rate
    cost position pos offset span bytes attempts retries changed updated created date time seconds
    hint score store placeholder prompt errors message help ref reference rotation days history reset
    support feature ok fn func function functions
    callback method mode map parser stream matcher issuer audience domain
    samesite secure httponly jar lookup prefix suffix present matches mismatch checker rule rules
    template templates hasher hashers exempt memory set flow mixin middleware getter config settings
    options form forms engine engines encryption
    longitud comprimento lunghezza longueur lange laenge lengte dlugosc delka uzunlugu tipo typ tipe
    nombre nom nome bezeichnung feld campo champ zahl numero anzahl длина тип имя поле
"""
"""A name that ends in one of these tells something about a secret."""

ABOUT_FIRST = """
    is has had needs need num n nb max min total use uses using should can requires require show
    hide forgot validate skip allow no count avg mean next from
    longitud comprimento lunghezza longueur lengte dlugosc delka tipo palabras mots anzahl длина тип
"""
"""A name that begins with one of these does too."""

OPEN_LAST = "input box widget element control error exception"
"""A name that ends in one of these, or begins with `with`, holds a secret, or something about one."""

HEADS = """
    key store keystore trust truststore cert my mail smtp imap ftp sftp ssh ldap bind proxy vpn wifi sudo
    login auth root admin user db bind remote
    net web host srv sys app rabbit redis mongo mysql postgres jdbc elastic master old new default
"""
"""What stands before `pass`, `pw` or `pwd` in one word that may hold a password: `keypass`, not `compass`."""

HARMLESS = """
    pin_memory session_count session_factory session_maker session_local signature_help sort_key
    primary_key public_key foreign_key next_token page_token next_page_token continuation_token
    cancellation_token cancel_token stop_token eos_token bos_token pad_token unk_token mask_token
    sep_token cls_token special_token start_token end_token first_token last_token current_token
    prev_token previous_token peek_token lex_token per_token sync_token session_key_name token_index
    cookie_consent cookie_banner auth_user author_auth contextvar_token secret_santa auth_required
    auth_failed auth_success auth_level auth_role auth_group auth_module auth_service auth_db
    auth_source proxy_pass pass_env pass_through render_pass shader_pass shadow_pass depth_pass
    compiler_pass graph_pass test_pass
"""
"""Names that contain a secret's word and yet hold none."""

VALUE_WORDS = """
    confirmacion confirmación confirmação confirmar conferma confirme wiederholen wiederholung tekrar
    potwierdź powtórz banco servidor sunucu sistem utilizator kullanici användare
    admin admina noua usuario usuário utente utilisateur benutzer użytkownika
    uživatele пользователя користувача
    nueva nuevo nova novo neu neue alt alte alter nouveau nouvelle nuova nuovo yeni eski actual atual
    value val str string raw b hex data text plain plaintext encrypted encoded new old v env hash
    digest prod production dev staging test live bytes secret default current
    ident acceso acesso accesso acces доступа доступу zugang zugriff
"""
"""`token` and its like count only at the end of a name or before one of these: not in `token_bucket`."""

FOREIGN = "heslo sifre sandi parola parole clave geheim gizli jeton токен"
"""Of those that have other meanings, what is no word of English: before any other the value decides."""

PLACES = "db ftp sftp smtp imap ldap wifi"
"""Before what these mean too such a name counts: `heslo_db`."""

WEAK = """
    auth token tokens cookie cookies bearer jwt otp session_id credential csrf xsrf pass clave
    parola parole jeton токен geheim tok sid sess session sig signature hmac sign seed mnemonic pin
    psk sifre sandi heslo dsn
"""
"""Words of which that is true."""

COMMON = """
    first second third last next dry full outer inner boarding multi single two one pass fail ok yes
    no on off auto none default low high band all skip error success failed passed pending unknown
    name value key both low_pass high_pass band_pass forward backward valor nombre string text
"""
"""Values that no password is, under a name like `pass`."""

GLUED = (
    "password passwd passphrase secret apikey accesstoken authtoken secretkey privatekey kennwort passwort"
)
"""A word that ends in one of these means a secret."""

INFLECTED = """
    parola sifre salasana losenord passord lozink лозинк парол jelszo jelszav adgangskode passwort kennwort
    wachtwoord contrasena contraseni haslo hasla hasle heslo hesla heslu hesle gesl geslo รหัสผ่าน
"""
"""A word that begins with one of these means a password, up to some letters."""

UNSPACED = """
    密码 密碼 口令 パスワード 비밀번호 암호 暗証番号 密钥 密鑰 秘密鍵 アクセスキー 令牌 トークン 토큰 验证码
    認証コード 確認コード 인증번호 暗証 비번 รหัสผ่าน
"""
"""What holds one of these means a secret, in scripts without blanks between words."""

UNSPACED_ABOUT = "长度 長度 長さ 長 길이 强度 強度 提示 数 次数 类型 種類 错误 エラー"
"""It does not where it ends in one of these."""

VERBS_ABOUT = """
    check verify validate is has set reset change update delete remove revoke send parse print count
    log test handle compare match assert register add store save write show hide clear invalidate
    expire confirm require use login logout on before after post init setup configure tokenize lex
    scan next peek prev skip expect mask redact hash strength estimate reject accept apply call run
    do
"""
"""A function whose name begins with one of these returns something else than the secret in its name."""

OF_ACCESS = "access refresh auth oauth bearer api csrf xsrf jwt session bot id sas"
"""What stands beside a token that no lexer reads."""

PREPOSITIONS = "from for of by via in with to as or"
"""What follows one of these in a function's name is not what it returns."""

IDENTIFIERS = """
    id ids uid uuid guid ulid ksuid cuid nanoid etag ray sha sha1 sha256 commit revision rev digest
    checksum fingerprint ref reference txid tx txhash msgid slug address wallet span trace request
    correlation phone tel telephone mobile fax cell msisdn boundary
    socketkey socketaccept sock serial serialnumber filehash contenthash treehash blobhash tree
"""
"""What a name that ends in one of these holds tells things apart: no key is guessed in it."""

STEMS = """
    pass pw psw secret tok key auth cred cookie sess jwt bearer csrf xsrf kennwort senha contrase
    contrasi wachtwoord mdp otp code codi codul kod pin puk card cc cvv cvc ssn social tax national sin
    tin bank iban magic phrase frase fraz seed sid answer antwort respuesta pan clav parol sig hmac
    psk kek dek mnemonic dsn conn haslo losen sifre heslo khau segredo sekret jelszo salas adgang
    lozink sandi geslo zaporka pasahitza geheim hemlig hemmelig segret tajn gizli jeton chave llave
    cle chiav kood parool kluc kljuc klic schluessel schlussel anahtar nyckel nogle nokkel sleutel
    avain kulcs khoa atsleg cheie kunci raktas lykil eochair allwedd nonce tunnussana pasfhocal
    pasvorto cyfrinair laluan siri focal words wagwoord fjal losung zugang toegang sas pepper gen_salt
    securestring priv xprv maiden slaptaz sifra hasl hesl gesl xac парол лозинк секрет токен ключ кључ клуч
    код фраза приватный закрытый пин сырсөз нууц құпия шифра slaptažodis hasł løsen lösenord şifre
    şifrə šifra mật khẩu jelszó jelsz lykilorð aðgangsorð clé schlüssel nøgle nøkkel klíč kľúč ključ khóa võti
    atslēga açar kód código fráz κωδικός κωδικος κλειδί κλειδι סיסמה סיסמא מפתח קוד كلمة رمز گذرواژه
    پسورد مفتاح کلید کد गुप्तशब्द पासवर्ड पासकोड कुंजी પાસવર્ડ పాస్వర్డ్ পাসওয়ার্ড கடவுச்சொல் პაროლი
    գաղտնաբառ รหัส กุญแจ 口令 パスワード 暗証 비번 xác 合言葉 비밀 암호 패스워드 密钥 密鑰 鍵 キー 私钥
    개인키 令牌 トークン 토큰 码 碼 コード 코드 인증번호 assword login logon logged identified crypt schlüssel
"""
"""Each name above and noun of concepts.py contains one."""

TELLING = """
    pass assword pw secret token auth cred login logon logged identified conn crypt parol kennwort hesl hasl
    senha clave wachtwoord salasan adgangskod jelsz sandi psk mdp contrase sifre парол ключ секрет hasło şifre
    lösenord schlüssel סיסמה סיסמא كلمة รหัส पासवर्ड 密码 密碼 パスワード 암호 비밀 hasł lozink khẩu κωδικός
"""
"""Near one of these a word that looks like a password is one (made_up.py)."""

TOLD = """
    pass pw secret token key code pin otp auth phrase parol kennwort hesl hasl senha
    clave wachtwoord salasan adgangskod jelsz sandi psk mdp contrase
"""
"""Parts of the names that sentences tell a secret with (told.py)."""

TOLD_WIDE = """
    codi kod sifre clave puk парол códi код ключ секрет contrase hasło şifre lösen סיסמ كلمة รหัส
    पासवर्ड
"""
"""The same in a text beyond ASCII."""
