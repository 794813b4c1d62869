"""Spellings that have made two parsers see two different hosts, or that look as if they could."""

from __future__ import annotations

# Accepted, with the result.
ACCEPTED = {
    "https://AIProxy.Example.COM": "https://aiproxy.example.com",
    "https://a.b.": "https://a.b",
    "https://_a.b": "https://_a.b",
    "https://ab--c": "https://ab--c",
    "https://" + "a" * 63: "https://" + "a" * 63,
    "https://192.0.2.1": "https://192.0.2.1",
    "https://a.0xg": "https://a.0xg",
    "https://a.b1": "https://a.b1",
    "https://a.\u0967\u0968": "https://a.xn--e4bc",
    "https://[2001:db8::1]": "https://[2001:db8::1]",
    "https://[2001:DB8::A]": "https://[2001:db8::a]",
    "https://[2001:0db8:0000:0000:0000:0000:0000:0001]": "https://[2001:db8::1]",
    "https://[2001:db8:1:2:3:4:5::]": "https://[2001:db8:1:2:3:4:5:0]",
    "https://[1::2:0:0:0:3]": "https://[1:0:0:2::3]",
    "https://[64:ff9b::192.0.2.1]": "https://[64:ff9b::c000:201]",
    "https://[::192.0.2.1]": "https://[::c000:201]",
    "https://b\xfccher": "https://xn--bcher-kva",
    "https://B\xdcCHER": "https://xn--bcher-kva",
    "https://xn--bcher-kva": "https://xn--bcher-kva",
    "https://XN--BCHER-KVA": "https://xn--bcher-kva",
    "https://fa\xdf": "https://xn--fa-hia",  # ss to older parsers
    "https://FA\u1e9e": "https://xn--fa-hia",  # ss to Node.js
    "https://\u03c3\u03b1\u03c2": "https://xn--mxa8ab",  # an ordinary sigma to older parsers
    "https://\u03a3\u0391\u03a3": "https://xn--mxa9ab",  # a final one to Python
    "https://\u0131": "https://xn--cfa",
    "https://\u0130": "https://xn--i-9bb",  # in lower case i and a combining dot
    "https://\xe9": "https://xn--9ca",
    "https://xn--mgba3gch31f060k": "https://xn--mgba3gch31f060k",  # an invisible joiner that is allowed there
    "https://xn--10cl1a0b660p": "https://xn--10cl1a0b660p",  # so is this one
    "https://\u0430pple.com": "https://xn--pple-43d.com",  # another host, to all
    "https://\u0430\u0440\u0440\u04cf\u0435": "https://xn--80ak6aa92e",
    "https://a.\u30ce": "https://a.xn--ldk",  # looks like a slash
    "https://\u05d0\u05d1.com": "https://xn--4dbc.com",
    "https://\u05d01": "https://xn--1-zhc",
    "https://l\xb7l": "https://xn--ll-0ea",
    "https://\u30a2\u30fb": "https://xn--cckzj",
    "https://h/": "https://h",
    "https://https:443": "https://https",
    "hTTpS://h": "https://h",
    "https://h:0000000000000000000080": "https://h:80",
    " \t\r\nhttps://h \t\r\n": "https://h",
    "https://h\u2028": "https://h",  # part of the URL to Go
    "https://h\x85": "https://h",  # part of the host to libcurl
    "https://" + "a." * 126 + "a": "https://" + "a." * 126 + "a",
    "https://" + "a." * 127: "https://" + "a." * 126 + "a",
}

REFUSED = (
    *("https://a.b..", "https://*.h"),
    *("https://a;b", 'https://a"b', "https://a'b", "https://<h>", "https://a^b", "https://a`b", "https://`id`"),
    *("https://${h}", "https://a~b", "https://a!b"),
    # Addresses: in some notations parsers see another address, or a name.
    *("https://192.0.2.256", "https://0300.0.2.1", "https://192.0.2.01", "https://0xc0.0.2.1", "https://0XC0000201"),
    *("https://3221225985", "https://030000001001", "https://0xc0000201", "https://7516193281", "https://192.0.513"),
    *("https://192.513", "https://192.0.2.1.1", "https://192.0..1", "https://192.0.2.1.", "https://[192.0.2.1]"),
    *("https://\uff11\uff19\uff12.0.2.1", "https://192.0.2.\uff11", "https://\u2460.0.2.1"),
    *("https://\u0661\u0669\u0662.\u0660.\u0662.\u0661", "https://%31%39%32.0.2.1"),
    *("https://192\u30020\u30022\u30021", "https://0", "https://0x", "https://a.1", "https://[1::2::3]"),
    *("https://[00001::]", "https://[64:ff9b::0300.0.2.1]", "https://[::ffff:192.0.2.1]"),
    *("https://[::ffff:c000:201]", "https://[fe80::1%eth0]", "https://[fe80::1%]", "https://[::1%25]@evil"),
    *("https://[v1.a:b]", "https://[h]", "https://[[::1]]", "https://::1]", "https://2001:db8::1"),
    *("https://[::1]evil", "https://evil[::1]", "https://[::1]."),
    # International names: Node.js maps some letters to others and drops what is invisible; yarl finds dots in some.
    *("https://xn--", "https://xn--a-", "https://xn--a-ecp", "https://xn--ls8h", "https://xn--xn---epa"),
    *("https://\U0001f4a9", "https://\u017f", "https://e\u0301", "https://\u0301a", "https://=\u0338"),
    *("https://a\u200cb", "https://a\u200db", "https://xn--lsba347p", "https://h\u200be", "https://h\u2060e"),
    *("https://h\ufeffe", "https://h\xade", "https://h\u034fe", "https://h\ufe0fe", "https://h\u202ee"),
    *("https://\uff48", "https://\U0001d41a", "https://\u24d0", "https://\ufb01", "https://a\uff0eb"),
    *("https://a\uff61b", "https://a\u2024b", "https://\u33c2", "https://\u2100.h", "https://a\uff0fb"),
    *("https://a\u2044b", "https://a\u2215b", "https://a\uff1fb", "https://a\uff03b", "https://a\uff0541"),
    *("https://h\uff1a80", "https://h\u223680", "https://1\u05d0", "https://\u05d0a", "https://xn--4dbc.1a"),
    *("https://\u05d01\u0661", "https://\u0661", "https://a\xb7b", "https://a\u30fbb"),
    # User names: with the backslash, Node.js connects to evil and Python to h.
    *("https://u@h", "https://u:p@h", "https://:@h", "https://u:p@", "https://u@evil@h", "https://h:80@evil"),
    *("https://evil@h:1@x", "https://h#@evil", "https://h?@evil", "https://h/@evil", "https://h;@evil"),
    *("https://u%40h", "https://u\uff20h", "https://u\ufe6bh", "https://evil:80\\@h"),
    # Slashes: Node.js and libcurl find a host after any number of them; to Node.js a backslash is one.
    *("https:///h", "https:////h", "https://h\\.evil", "https://h\\", "https:\\/h", "https://h\uff3cevil"),
    *("https:\u2044\u2044h", "https://h/p", "https://h/.", "https://h/..", "https://http://h"),
    # Schemes that are others, hidden or repeated.
    *("socks5h://h", "\uff48ttps://h", "http\u017f://h", "https\uff1a//h", "https://https://h", "url:https://h"),
    # Ports: httpx takes digits of other scripts and spaces; some overflow.
    *("https://h:/", "https://h:65979", "https://h:4294967739", "https://h:18446744073709552059", "https://h:+80"),
    *("https://h:-80", "https://h:8_0", "https://h:\uff18\uff10", "https://h:\u0668", "https://h:\xb2"),
    *("https://h:80a", "https://h: 80", "https://h:80:81", "https://80:[::1]", "https://[::1]:"),
    # Invisible characters: Node.js and Python drop tabs and line ends.
    *("https://h e", "https://h\xa0e", "https://h\u3000e", "https://h\te", "ht\ttps://h", "https://h\ne"),
    *("https://h\re", "https://h:8\n0", "https://h\r\nHost: evil", "https://h\x00.evil", "https://h\x00"),
    *("\x01https://h", "https://h\x7f", "https://h\x1b[2J", "\ufeffhttps://h", "https://h\U000e0061"),
    *("https://h\ud800",),
    # Percent signs: Node.js and libcurl decode them in a host.
    *("https://%68", "https://a%2eb", "https://h%2fevil", "https://h%5cevil", "https://h%3a80", "https://h%00.evil"),
    *("https://h%20e", "https://h%0d%0aevil", "https://%e2%84%aa", "https://a%ef%bc%8eb", "https://h%ff"),
    *("https://%2568", "https://h%"),
)
