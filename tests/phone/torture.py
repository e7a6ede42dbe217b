# SPDX-License-Identifier: Apache-2.0
"""Messages after the cases of RFC 4475, in words of our own: (its name there, the bytes, the answers that are right).

None is no answer. A case that RFC 4475 calls valid must not be 400. LEAD: 100 and a lead.
"""
LEAD = 100
LONG = "long" * 250


def message(start, *headers, body="", length=True, via="Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKtorture"):
    lines = [start, *([via] if via else []), *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


def ends(method, call, to="sip:j.user@example.com", from_="sip:caller@example.net;tag=93942939o2", cseq="1", more=()):
    return [f"To: {to}", f"From: {from_}", f"Call-ID: {call}.9asdfklsf@example.net", f"CSeq: {cseq} {method}", "Max-Forwards: 70", *more]


def options(call, start="OPTIONS sip:user@example.com SIP/2.0", **fields):
    return message(start, *ends("OPTIONS", call, **fields))


CASES = [
    # 3.1.1: valid
    ("wsinv", (b"INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
               b"TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
               b"from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n"
               b"MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 4\r\ncseq: 0009\r\n  INVITE\r\n"
               b"Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;rport;branch=390skdjuw\r\ns :\r\n"
               b"NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
               b"UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\n"
               b"v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n"
               b" SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
               b"m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\nv=0\n"),
     {481}),
    ("intmeth", message("!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:"
                        "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
                        "To: \"BEL:\\\x07 NUL:\\\x01 DEL:\\\x7f\" <sip:1_unusual.URI~(to-be!sure)@example.com>",
                        "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\xd1\x80\xd0\xb0\";tag=_token~1'+`*%!-.",
                        "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{", "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~",
                        "Max-Forwards: 255", "extensionHeader-!.%*+_`'~: \xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb"), {405}),
    ("esc01", message("INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0",
                      *ends("INVITE", "esc01", to="sip:%75se%72@example.com", from_="<sip:I%20have%20spaces@example.net>;tag=938")), {LEAD}),
    ("escnull", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "escnull", to="sip:null-%00-null@example.com",
                                                                 from_="sip:null-%00-null@example.com;tag=839923423")), {405}),
    ("esc02", message("RE%47IST%45R sip:registrar.example.com SIP/2.0", "To: \"%Z%45\" <sip:resource@example.com>",
                      "From: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23", "Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf",
                      "CSeq: 29344 RE%47IST%45R", "Max-Forwards: 70"), {405}),
    ("lwsdisp", options("lwsdisp", from_="caller<sip:caller@example.com>;tag=323"), {200}),
    ("longreq", message("INVITE sip:user@example.com SIP/2.0",
                        *ends("INVITE", "longreq." + LONG, to=f"\"I have a user name of {LONG}\"<sip:user@example.com:6000;unknownparam1={LONG}>",
                              from_=f"sip:{LONG}@example.net;tag=12{LONG};unknownheaderparam{LONG}={LONG}", more=[f"Unknown-{LONG}: {LONG}"])), {LEAD}),
    ("dblreq", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "dblreq")) + b"\r\nINVITE sip:joe@example.com SIP/2.0\r\nt: sip:joe@example.com\r\n\r\n",
     {405}),
    ("semiuri", options("semiuri", start="OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0"), {200}),
    ("transports", message("OPTIONS sip:user@example.com SIP/2.0", "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bK2",
                           "Via: SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bK5", *ends("OPTIONS", "transports")), {200}),
    ("mpart01", message("MESSAGE sip:kumiko@example.org SIP/2.0", *ends("MESSAGE", "mpart01"), "Content-Type: multipart/mixed;boundary=7a9c",
                        body="--7a9c\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\x01\xfe\r\n--7a9c--\r\n"), {405}),
    ("unreason", message("SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe", *ends("INVITE", "unreason")), {None}),
    ("noreason", message("SIP/2.0 100 ", *ends("INVITE", "noreason")), {None}),
    # 3.1.2: invalid
    ("badinv01", message("INVITE sip:user@example.com SIP/2.0", *ends("INVITE", "badinv01", to="sip:j.user@example.com;,,", more=["Contact: \"Joe\" <sip:joe@example.org>;;;;"]),
                         via="Via: SIP/2.0/UDP 192.0.2.15;;,;,,"), {400, None}),
    ("clerr", message("INVITE sip:user@example.com SIP/2.0", *ends("INVITE", "clerr"), "Content-Length: 9999", body="v=0\r\n", length=False), {400}),
    ("ncl", message("INVITE sip:user@example.com SIP/2.0", *ends("INVITE", "ncl"), "Content-Length: -999", length=False), {400}),
    ("scalar02", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "scalar02", cseq="36893488147419103232"), "Expires: 10000000000"), {400}),
    ("scalarlg", message("SIP/2.0 503 Service Unavailable", *ends("INVITE", "scalarlg", cseq="9292394834772304023312"), "Retry-After: 949302838503028349304023988"), {None}),
    ("quotbal", message("INVITE sip:user@example.com SIP/2.0", *ends("INVITE", "quotbal", to="\"Mr. J. User <sip:j.user@example.com>")), {400}),
    ("ltgtruri", message("INVITE <sip:user@example.com> SIP/2.0", *ends("INVITE", "ltgtruri")), {400}),
    ("lwsruri", message("INVITE sip:user@example.com; lr SIP/2.0", *ends("INVITE", "lwsruri")), {400}),
    ("lwsstart", message("INVITE  sip:user@example.com  SIP/2.0", *ends("INVITE", "lwsstart")), {400}),
    ("trws", options("trws", start="OPTIONS sip:remote-target@example.com SIP/2.0  "), {400}),
    ("escruri", message("INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0", *ends("INVITE", "escruri")), {400}),
    ("baddate", message("INVITE sip:user@example.com SIP/2.0", *ends("INVITE", "baddate"), "Date: Fri, 01 Jan 2010 16:00:00 EST"), {LEAD, 400}),
    ("regbadct", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "regbadct"), "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E"), {405}),
    ("badaspec", options("badaspec", to="\"Watson, Thomas\" < sip:t.watson@example.org >", from_="\"Bell, Alexander\" <sip:a.g.bell@example.com>;tag=43"), {200, 400}),
    ("baddn", options("baddn", to="\"Watson, Thomas\" <sip:t.watson@example.org>", from_="Bell, Alexander <sip:a.g.bell@example.com>;tag=43"), {200, 400}),
    ("badvers", options("badvers", start="OPTIONS sip:t.watson@example.org SIP/7.0"), {505}),
    ("mismatch01", message("OPTIONS sip:user@example.com SIP/2.0", *ends("INVITE", "mismatch01")), {400}),
    ("mismatch02", message("NEWMETHOD sip:user@example.com SIP/2.0", *ends("INVITE", "mismatch02")), {400}),
    ("bigcode", message("SIP/2.0 4294967301 better not break the receiver", *ends("INVITE", "bigcode")), {None}),
    # 3.2 and 3.3: transactions, and what an application has to see
    ("badbranch", message("OPTIONS sip:user@example.com SIP/2.0", *ends("OPTIONS", "badbranch"), via="Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"), {200}),
    ("insuf", message("INVITE sip:user@example.com SIP/2.0", "CSeq: 193942 INVITE", "Content-Type: application/sdp",
                      via="Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf"), {400, None}),
    ("unkscm", options("unkscm", start="OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0"), {416}),
    ("novelsc", options("novelsc", start="OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0"), {416}),
    ("unksm2", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "unksm2", to="isbn:2983792873", from_="<http://www.example.com>;tag=3234233")), {405}),
    ("bext01", message("OPTIONS sip:user@example.com SIP/2.0", *ends("OPTIONS", "bext01"), "Require: nothingSupportsThis, nothingSupportsThisEither",
                       "Proxy-Require: noProxiesSupportThis"), {420}),
    ("invut", message("INVITE sip:user@example.com SIP/2.0", *ends("INVITE", "invut"), "Content-Type: application/unknownformat", body="<audio>\r\n"), {LEAD, 415}),
    ("regaut01", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "regaut01"), "Authorization: NoOneKnowsThisScheme opaque-data=here"), {405}),
    ("multi01", message("INVITE sip:user@example.com SIP/2.0", *ends("INVITE", "multi01"), *ends("INVITE", "multi01b", cseq="59")), {400}),
    ("mcl01", message("OPTIONS sip:user@example.com SIP/2.0", *ends("OPTIONS", "mcl01"), "Content-Length: 13", "Content-Length: 5", body="0123456789012", length=False), {400}),
    ("bcast", message("SIP/2.0 200 OK", "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23", *ends("INVITE", "bcast")), {None}),
    ("zeromf", message("OPTIONS sip:user@example.com SIP/2.0", "To: sip:user@example.com", "From: sip:caller@example.net;tag=3ghsd41",
                       "Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas", "CSeq: 39234321 OPTIONS", "Max-Forwards: 0"), {200, 483}),
    ("cparam01", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "cparam01"), "Contact: sip:+19725552222@gw1.example.net;unknownparam"), {405}),
    ("cparam02", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "cparam02"), "Contact: <sip:+19725552222@gw1.example.net;unknownparam>"), {405}),
    ("regescrt", message("REGISTER sip:example.com SIP/2.0", *ends("REGISTER", "regescrt"), "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>"), {405}),
    ("sdp01", message("INVITE sip:user@example.com SIP/2.0", *ends("INVITE", "sdp01"), "Accept: text/nobodyKnowsThis", "Content-Type: application/sdp", body="v=0\r\n"),
     {LEAD, 406}),
    # 3.4: an INVITE of RFC 2543
    ("inv2543", message("INVITE sip:UserB@example.com SIP/2.0", "Via: SIP/2.0/UDP iftgw.example.com", "From: <sip:+13035551111@ift.client.example.net;user=phone>",
                        "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>", "To: sip:+16505552222@ss1.example.net;user=phone",
                        "Call-ID: inv2543.1717@ift.client.example.com", "CSeq: 56 INVITE", "Content-Type: application/sdp", body="v=0\r\n", via=None), {LEAD}),
]
