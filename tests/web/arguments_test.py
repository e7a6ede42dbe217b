# SPDX-License-Identifier: Apache-2.0
"""Arguments and configuration files of leadwire-web and leadwire-phone: what is refused, where, and why."""
import os
import subprocess
import tempfile
import unittest

BIN = os.environ.get("LEADWIRE_BIN", "build/dev/bin")
EXAMPLE = os.path.join(os.environ.get("LEADWIRE_SOURCE", "."), "deploy", "small-business")
HEAD = "desk: main\nbroker: ipc:///tmp/x\nlisten: 127.0.0.1:0\n"
PHONE = HEAD + "public_base: https://x.example\nsources:\n  line:\n"

WRONG_WEB = [
    ("", "the file is empty"),
    ("broker: x\nlisten: y\n", "desk is missing"),
    ("- a\n", ":1: "),
    ("desk: main\nbroker: x\n", "listen is missing"),
    (HEAD, "sources is missing"),
    (HEAD.replace("ipc:///tmp/x", "tcp://10.0.0.5:5570") + "sources: {form: {}}\n", "broker: tcp://10.0.0.5:5570 is not on this machine: it needs key_file"),
    (HEAD + "sources: {a: {regoin: IT}}\n", ":4: "),
    (HEAD + "sources:\n  form:\n    region: ZZ\n", ":6: region 'ZZ'"),
    (HEAD + "sources:\n  form:\n    language: klingonese\n", ":6: language 'klingonese'"),
    (HEAD + "sources:\n  'a b': {region: IT}\n", "may only hold letters"),
    (HEAD + "sources:\n  form:\n    map:\n      full_nmae: x\n", ":7: 'full_nmae' is not a field of a lead"),
    (HEAD + "sources:\n  form:\n    map:\n      raw_ref: x\n", "'raw_ref' is not a field"),
    (HEAD + "sources:\n  form:\n    expect: nome\n", ":6: expect must be a list of at most 64"),
    (HEAD + "sources:\n  form:\n    expect: [" + 65 * "x, " + "]\n", ":6: expect must be a list of at most 64"),
    (HEAD + "sources:\n  form:\n    thank_you: javascript:alert(1)\n", "thank_you must be"),
    (HEAD + "sources:\n  form:\n    thank_you: //evil.example\n", "thank_you must be"),
    (HEAD + "sources:\n  form:\n    secret_file: missing.secret\n", ":6: secret file"),
    *[(HEAD + "sources:\n  form:\n    signature: " + text + "\n", expected) for text, expected in (
        ("typeform", ":6: signature: expected a map"),
        ("{secret_file: x}", ":6: scheme is one of twilio, meta, typeform"),
        ("{scheme: typefrom, secret_env: PATH}", "scheme is one of"),
        ("{scheme: typeform}", "secret_file or secret_env, and not both"),
        ("{scheme: typeform, secret_file: x, secret_env: PATH}", "secret_file or secret_env, and not both"),
        ("{scheme: typeform, secret_file: missing}", "secret file"),
        ("{scheme: typeform, secret_env: LEADWIRE_NO_SUCH}", "the environment has no LEADWIRE_NO_SUCH"),
        ("{scheme: typeform, secret_env: PATH, max_age: 5m}", "this scheme signs no time"),
        ("{scheme: typeform, secret_env: PATH, header: X}", "header"),
        ("{scheme: hubspot, secret_env: PATH}", "public_base is missing"),
        ("{scheme: telnyx, secret_env: PATH}", "the secret cannot be used: it is not a public key"),
        ("{scheme: generic, header: X, signed: '{body}', secret_env: PATH}", "algorithm is missing"),
        ("{scheme: generic, algorithm: md5, header: X, signed: '{body}', secret_env: PATH}", "algorithm 'md5' is not known"),
        ("{scheme: generic, algorithm: hmac-sha1, signed: '{body}', secret_env: PATH}", "header or field is missing"),
        ("{scheme: generic, algorithm: hmac-sha1, header: X, field: Y, signed: '{body}', secret_env: PATH}", "it stands in one of them"),
        ("{scheme: generic, algorithm: hmac-sha1, header: X, secret_env: PATH}", "signed is missing"),
        ("{scheme: generic, algorithm: hmac-sha1, header: X, signed: '{bdy}', secret_env: PATH}", "signed: between braces"),
        ("{scheme: generic, algorithm: hmac-sha1, header: X, signed: '{timestamp}', secret_env: PATH}", "go together"),
        ("{scheme: generic, algorithm: hmac-sha1, header: X, signed: '{body}', timestamp_header: T, secret_env: PATH}", "go together"),
        ("{scheme: generic, algorithm: hmac-sha1, header: X, prefix: 'v1 ', signed: '{body}', secret_env: PATH}", "prefix holds no spaces"),
        ("{scheme: generic, algorithm: shared-key, header: X, signed: '{body}', secret_env: PATH}", "a shared key signs nothing"),
    )],
    *[(HEAD + "sources:\n  form:\n    pairs: " + text + "\n", expected) for text, expected in (
        ("answers", ":6: pairs: expected a map"),
        ("{list: a, name: b}", "value must be 1 to 16 paths"),
        ("{list: a, value: b}", "name is missing"),
        ("{list: 'a[', name: b, value: c}", "list: '[' needs"),
        ("{list: a, name: b, value: [c, '.']}", "value: a name is missing"),
        ("{list: a, name: b, value: c, label: {list: d}}", "key is missing"),
        ("{list: a, name: b, value: c, labels: {}}", "labels"),
    )],
    *[(HEAD + "sources:\n  form:\n    fetch: " + text + "\n", expected) for text, expected in (
        ("{id: a, url: 'https://x.example/{id}'}", "fetch.each: it is missing"),
        ("{each: 'a[].b[', id: a, url: 'https://x.example/{id}'}", "fetch.each: '[' needs"),
        ("{each: a, url: 'https://x.example/{id}'}", "id is missing"),
        ("{each: a, id: b}", "fetch.url must be an https URL"),
        ("{each: a, id: b, url: 'http://x.example/{id}'}", "fetch.url must be an https URL"),
        ("{each: a, id: b, url: 'https://{id}.example/'}", "fetch.url must be an https URL"),
        ("{each: a, id: b, url: 'https://x.example/{id}/{id}'}", "fetch.url must be an https URL"),
        ("{each: a, id: b, url: 'https://x.example/'}", "fetch.url must be an https URL"),
        ("{each: a, id: b, url: 'https://x.example/{id}', token_file: missing}", "secret file"),
        ("{each: a, id: b, url: 'https://x.example/{id}', every: 1}", "every"),
    )],
    (HEAD + "sources:\n  form:\n    handshake: {}\n", "handshake: secret_file is missing"),
    (HEAD + "spool: {directory: s}\nsources:\n  form:\n    cannot_retry: yes\n    fetch: {each: a, id: b, url: 'https://x.example/{id}'}\n", "cannot_retry and fetch"),
    (HEAD + "sources:\n  form:\n    cannot_retry: yes\n", "cannot_retry needs a spool"),
    (HEAD + "sources:\n  form:\n    cannot_retry: perhaps\n", ":6: cannot_retry"),
    (HEAD + "spool: {size_max_mib: 5}\nsources: {form: {}}\n", ":4: spool.directory is missing"),
    (HEAD + "spool: {directory: x, size_max_mib: 0}\nsources: {form: {}}\n", ":4: spool.size_max_mib"),
    (HEAD + "spool: {directory: x, size: 5}\nsources: {form: {}}\n", "size"),
    (HEAD + "http: {trusted_proxies: 127.0.0.1}\nsources: {form: {}}\n", ":4: http.trusted_proxies must be a list"),
    (HEAD + "http: {trusted_proxies: [localhost]}\nsources: {form: {}}\n", "'localhost' is not an address"),
    (HEAD + "http: {trusted_proxies: [10.0.0.0/33]}\nsources: {form: {}}\n", "'10.0.0.0/33' is not an address"),
    (HEAD + "http: {proxy_headers: via}\nsources: {form: {}}\n", "proxy_headers is x-forwarded or forwarded"),
    (HEAD + "sources:\n  form:\n    limits: {per_client: 5}\n", "limits.per_client needs http.trusted_proxies"),
    (HEAD + "sources:\n  form:\n    limits: {per_minute: 0}\n", ":6: limits.per_minute"),
    (HEAD + "sources:\n  form:\n    limits: {per_hour: 5}\n", "per_hour"),
    (HEAD + "public_base: leads.example.com\nsources: {form: {}}\n", "public_base must be"),
    (HEAD + "sources:\n  form:\n    secret_file: x\n    signature: {scheme: meta, secret_env: PATH}\n", "a source has one of them"),
    (HEAD + "answer_within: 5 parsecs\nsources: {form: {}}\n", ":4: "),
    (HEAD + "http: {connections_max: 0}\nsources: {form: {}}\n", ":4: "),
    (HEAD + "raw: {keep: 1d}\nsources: {form: {}}\n", "raw.directory is missing"),
    (HEAD + "sources: {form: {}\n", ":"),
]
WRONG_PHONE = [
    (HEAD + "sources: {line: {signature: off}}\n", "public_base must be"),
    (PHONE + "    region: IT\n", "auth_token_file is missing"),
    (PHONE + "    signature: maybe\n    auth_token_file: x\n", "signature is 'required', 'off', or a map with scheme and secret_file"),
    (PHONE + "    signature: {scheme: telnyx, secret_file: x}\n    auth_token_file: x\n", "auth_token_file and signature: a scheme has its secret in secret_file"),
    (PHONE + "    signature: {scheme: telnix, secret_file: x}\n", "scheme is one of "),
    (PHONE.replace("127.0.0.1:0", "0.0.0.0:0") + "    signature: 'off'\n", "only for a worker that listens on 127.0.0.1"),
    (PHONE + "    signature: 'off'\n    texts: {xx9: {hold: a}}\n", "not a language code"),
    (PHONE + "    signature: 'off'\n    texts: {it: {holt: a}}\n", "holt"),
    (PHONE + "    signature: 'off'\n    poll: 1ms\n", ":8: poll"),
    *[(PHONE + "    signature: 'off'\n    voicemail: " + text + "\n", ":8: " + expected) for text, expected in (
        ("yes", "voicemail must be a map"),
        ("{length_max: 4s}", "length_max"),
        ("{length_max: 2h}", "length_max"),
        ("{silence: 500ms}", "silence"),
        ("{finish_key: x}", "finish_key is one or more of 0 to 9, * and #"),
        ("{finish_key: ''}", "finish_key"),
        ("{lenght_max: 2m}", ""),
    )],
]
GOOD = [("leadwire-web", HEAD + "sources: {form: {}}\n"),
        ("leadwire-web", HEAD.replace("ipc:///tmp/x", "tcp://127.0.0.1:5570") + "sources: {form: {}}\n"),
        ("leadwire-phone", PHONE + "    signature: 'off'\n"),
        ("leadwire-phone", PHONE + "    signature: 'off'\n    voicemail: {}\n"),
        ("leadwire-phone", PHONE + "    signature: 'off'\n    voicemail: {length_max: 1h, silence: 1s, finish_key: '0*#'}\n")]


class Arguments(unittest.TestCase):
    def run_worker(self, program, *arguments):
        environment = {name: value for name, value in os.environ.items() if name != "LEADWIRE_KEY_FILE"}
        return subprocess.run([os.path.join(BIN, program), *arguments], capture_output=True, text=True, timeout=30, check=False, env=environment)

    def check_file(self, program, text):
        with tempfile.TemporaryDirectory(prefix="lw-") as directory:
            path = os.path.join(directory, "worker.yaml")
            with open(path, "w") as file:
                file.write(text)
            return self.run_worker(program, "--config", path, "--check")

    def test_help_and_version_say_what_it_is(self):
        for program in ("leadwire-web", "leadwire-phone"):
            done = self.run_worker(program, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("--config", done.stdout)
            self.assertRegex(self.run_worker(program, "--version").stdout, "^" + program + r" \d+\.\d+\.\d+\n$")

    def test_wrong_arguments_end_with_2_and_one_line(self):
        for arguments in ((), ("--config",), ("--nonsense",), ("--config", "x", "extra"), ("--show-raw",), ("--show-raw", "x"),
                          ("--show-raw", "x", "--raw", "/", "extra"), ("--show-raw", "x", "--desk", "y")):
            done = self.run_worker("leadwire-web", *arguments)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), arguments)

    def test_a_contact_that_is_not_kept_cannot_be_shown(self):
        for directory, words in (("/nonexistent/raw", "No such file"), (tempfile.gettempdir(), "holds no contact 0.json")):
            done = self.run_worker("leadwire-web", "--show-raw", "0.json", "--raw", directory)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)

    def test_the_examples_are_good(self):
        self.assertEqual(self.run_worker("leadwire-web", "--config", os.path.join(EXAMPLE, "web.yaml"), "--check").returncode, 0)
        phone = self.run_worker("leadwire-phone", "--config", os.path.join(EXAMPLE, "phone.yaml"), "--check")
        self.assertEqual((phone.returncode, phone.stderr.count("\n")), (3, 1))   # but for the secret, which is not shipped
        self.assertIn("voice.token", phone.stderr)

    def test_the_least_file_is_good(self):
        for program, text in GOOD:
            done = self.check_file(program, text)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_each_mistake_is_told_with_its_place(self):
        for program, table in (("leadwire-web", WRONG_WEB), ("leadwire-phone", WRONG_PHONE)):
            for text, expected in table:
                done = self.check_file(program, text)
                self.assertEqual(done.returncode, 3, text + done.stderr)
                self.assertIn(expected, done.stderr, text)
                self.assertIn("worker.yaml", done.stderr, text)

    def test_a_secret_that_others_can_read_is_refused(self):
        with tempfile.TemporaryDirectory(prefix="lw-") as directory:
            path = os.path.join(directory, "worker.yaml")
            with open(path, "w") as file:
                file.write(HEAD + "sources: {form: {secret_file: key}}\n")
            for rights, code in ((0o644, 3), (0o600, 0)):
                with open(os.path.join(directory, "key"), "w") as file:
                    file.write("s3cret")
                os.chmod(os.path.join(directory, "key"), rights)
                done = self.run_worker("leadwire-web", "--config", path, "--check")
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertNotIn("s3cret", done.stderr)

    def test_an_address_that_cannot_be_had_ends_with_1(self):
        with tempfile.TemporaryDirectory(prefix="lw-") as directory:
            path = os.path.join(directory, "worker.yaml")
            with open(path, "w") as file:
                file.write(GOOD[0][1])
            done = self.run_worker("leadwire-web", "--config", path, "--listen", "127.0.0.1:99999")
            self.assertEqual(done.returncode, 1)
            self.assertIn("127.0.0.1:99999", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
