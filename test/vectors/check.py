#!/usr/bin/python3
"""A second implementation of the wire, written from docs/SPEC.md, against the golden bytes.

Usage: /usr/bin/python3 test/vectors/check.py test/vectors/schema-1.json    (- for standard input)
Exit codes: 0 all vectors agree, 1 some do not, 3 python3-cbor2 or python3-nacl is missing.
"""

import base64
import hashlib
import json
import math
import re
import sys

try:
    import cbor2
    import nacl.exceptions
    import nacl.signing
except ImportError as missing:
    print(f"{missing}; on Debian: apt-get install python3-cbor2 python3-nacl", file=sys.stderr)
    sys.exit(3)

UINT32 = 0xFFFFFFFF
TEN_YEARS_MS = 316_224_000_000
DAY_MS = 86_400_000


def integer(low, high):
    def read(item):
        assert type(item) is int and low <= item <= high, f"{item!r} is not in {low}..{high}"
        return item
    return read


def boolean(item):
    assert type(item) is bool, f"{item!r} is not a bool"
    return item


def octets(low, high):
    def read(item):
        assert type(item) is bytes and low <= len(item) <= high, f"{item!r} is not {low}..{high} bytes"
        return "hex:" + item.hex()
    return read


def text(high):
    def read(item):
        assert type(item) is str and re.fullmatch(r"[ -~]{0,%d}" % high, item), f"{item!r} is not ASCII of {high}"
        return item
    return read


def choice(**codes):
    names = {code: name.replace("_", "-") for name, code in codes.items()}
    def read(item):
        assert item in names, f"{item!r} is not one of {names}"
        return names[item]
    return read


def array(of, high):
    def read(item):
        assert type(item) is list and len(item) <= high, f"{item!r} is not an array of up to {high}"
        return [of(entry) for entry in item]
    return read


def record(**fields):
    """Fields as name=(key, reader) or name=(key, reader, 'optional')."""
    by_key = {field[0]: (name, field[1]) for name, field in fields.items()}
    def read(item):
        assert type(item) is dict, f"{item!r} is not a map"
        assert set(item) <= set(by_key), f"unknown keys: {set(item) - set(by_key)}"
        for name, field in fields.items():
            assert len(field) == 3 or field[0] in item, f"{name} is missing"
        return {by_key[key][0]: by_key[key][1](entry) for key, entry in item.items()}
    return read


BOOT = octets(16, 16)
NUMBER = integer(0, UINT32)
BOOT_MS = integer(0, TEN_YEARS_MS)
UTC_MS = integer(0, 7_258_118_400_000)
SPEED = integer(0, 2000)
OPT = "optional"

OCCURRENCE = record(
    kind=(1, choice(harsh_acceleration=1, harsh_braking=2, harsh_cornering=3, speed_peak=4, trip_start=5,
                    trip_end=6, mounting_found=7, carried=8, power_gap=9)),
    atMs=(2, BOOT_MS), durationMs=(3, integer(0, DAY_MS)), peak=(4, integer(0, 65535)), speedDmS=(5, SPEED))
TRIP_PART = record(
    number=(1, NUMBER), boot=(2, BOOT, OPT), part=(3, integer(0, 65535)), leadMs=(4, integer(0, 3_600_000), OPT),
    ending=(5, choice(parked=1, stood=2, power_lost=3), OPT), tailMs=(6, integer(0, 3_600_000), OPT))
SUMMARY = record(
    distanceM=(1, NUMBER), durationS=(2, NUMBER), topSpeedDmS=(3, SPEED), accelerations=(4, NUMBER),
    brakings=(5, NUMBER), cornerings=(6, NUMBER))
SAMPLES = record(
    count=(1, integer(1, 120)), cadenceMs=(2, integer(1, 60_000)), fix=(3, octets(1, 15), OPT),
    origin=(4, array(integer(-180_000_000, 180_000_000), 5), OPT), latitude=(5, octets(1, 720), OPT),
    longitude=(6, octets(1, 720), OPT), speed=(7, octets(1, 640), OPT), heading=(8, octets(1, 640), OPT),
    altitude=(9, octets(1, 640), OPT), acceleration=(10, array(octets(1, 320), 9), OPT), vehicleAxes=(11, boolean, OPT))
DROPPED_RANGE = record(boot=(1, BOOT), **{"from": (2, NUMBER)}, count=(3, integer(1, UINT32)))
MESSAGES = {
    "bb-frame": record(
        boot=(1, BOOT), seq=(2, NUMBER), startMs=(3, BOOT_MS), utcMs=(4, UTC_MS, OPT), trip=(5, TRIP_PART, OPT),
        samples=(6, SAMPLES, OPT), occurrences=(7, array(OCCURRENCE, 32)), summary=(8, SUMMARY, OPT),
        dropped=(9, array(DROPPED_RANGE, 32), OPT)),
    "bb-event": record(
        boot=(1, BOOT), number=(2, NUMBER), what=(3, OCCURRENCE), utcMs=(4, UTC_MS, OPT), trip=(5, TRIP_PART, OPT)),
    "bb-state": record(
        boot=(1, BOOT), online=(2, boolean), atMs=(3, BOOT_MS), firmware=(4, text(24)),
        reset=(5, choice(power_on=1, brown_out=2, watchdog=3, software=4)), offMs=(6, BOOT_MS, OPT),
        waiting=(7, NUMBER), mounted=(8, boolean)),
    "bb-receipt": record(
        boot=(1, BOOT), through=(2, NUMBER), missing=(3, array(NUMBER, 64)), refused=(4, array(NUMBER, 64))),
    "bb-connect": record(boot=(1, BOOT)),
    "bb-manifest": record(
        number=(1, NUMBER),
        devices=(2, array(record(publicKey=(1, octets(32, 32)), kind=(2, choice(sensor=1, box=2, phone=3)),
                                 serial=(3, text(32))), 10_000))),
}


# SPEC "Predictor": tables and integer arithmetic.
SINE_Q15 = [int(math.floor(32768 * math.sin(math.radians(half / 2)) + 0.5)) for half in range(720)]
COS_LATITUDE_Q15 = [max(1, int(math.floor(32768 * math.cos(math.radians(deg)) + 0.5))) for deg in range(91)]
STEP_Q16 = 29469


def int32(value):
    return (value + 0x80000000) % 0x100000000 - 0x80000000


def rounded(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def middle(a, b):
    turn = (b - a + 540) % 360 - 180
    return (2 * a + turn + 720) % 720


def unpack_column(data, count):
    """SPEC "Columns": parameter byte, then Rice codes, most significant bit first."""
    signed, k = data[0] < 128, data[0] % 128
    assert k <= 20, f"parameter {k}"
    bits = "".join(f"{byte:08b}" for byte in data[1:])
    at = 0
    values = []
    for _ in range(count):
        ones = 0
        while ones < 16 and bits[at] == "1":
            ones += 1
            at += 1
        if ones == 16:
            natural = int(bits[at:at + 32], 2)
            at += 32
        else:
            at += 1
            natural = (ones << k) + (int(bits[at:at + k], 2) if k else 0)
            at += k
        assert at <= len(bits), "truncated"
        values.append(natural if not signed else natural // 2 if natural % 2 == 0 else -(natural + 1) // 2)
    assert len(bits) - at < 8 and "1" not in bits[at:], "padding"
    assert signed == any(value < 0 for value in values), "sign"
    return values


def unpack_acceleration(data, count):
    columns = [None] * 9
    assert len(data) == 9, "nine columns"
    for axis in range(3):
        below, above, mean_steps = (unpack_column(column, count) for column in data[3 * axis:3 * axis + 3])
        mean, last = [], 0
        for step in mean_steps:
            last = int32(last + step)
            mean.append(last)
        columns[3 * axis] = [int32(m - b) for m, b in zip(mean, below)]
        columns[3 * axis + 1] = [int32(m + a) for m, a in zip(mean, above)]
        columns[3 * axis + 2] = mean
    return columns


def unpack_samples(packed):
    """From the map with integer keys, as it is on the wire."""
    count = packed[1]
    bits = "".join(f"{byte:08b}" for byte in packed[3]) if 3 in packed else "1" * count
    fix = [int(bit) for bit in bits[:count]]
    assert "1" not in bits[count:], "fix padding"
    names = ["latE6", "lonE6", "speedDmS", "headingDeg", "altitudeM"]
    track = {name: [0] * count for name in names}
    fixed = [at for at in range(count) if fix[at]]
    if fixed:
        latitude, longitude, speed, heading, altitude = (unpack_column(packed[key], len(fixed) - 1) for key in range(5, 10))
        for name, first in zip(names, packed[4]):
            track[name][fixed[0]] = first
        lat, lon, speeds, headings, altitudes = (track[name] for name in names)
        for n in range(1, len(fixed)):
            at, before = fixed[n], fixed[n - 1]
            speeds[at] = speeds[before] + speed[n - 1]
            headings[at] = (headings[before] + heading[n - 1]) % 360
            altitudes[at] = altitudes[before] + altitude[n - 1]
            half = middle(headings[before], headings[at])
            way = (speeds[at] + speeds[before]) * STEP_Q16 * (at - before)
            north = rounded(way * SINE_Q15[(half + 180) % 720], 0x80000000)
            cosine = COS_LATITUDE_Q15[abs(lat[before]) // 1_000_000]
            east = rounded(way * SINE_Q15[half], 0x10000 * cosine)
            lat[at] = int32(lat[before] + latitude[n - 1] + north)
            lon[at] = int32(lon[before] + longitude[n - 1] + east)
    acceleration = unpack_acceleration(packed[10], count) if 10 in packed else [[0] * count for _ in range(9)]
    return {"count": count, "cadenceMs": packed[2], "vehicleAxes": packed.get(11, False), "fix": fix, **track,
            "accelerationCg": acceleration}


CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def device_id(public_key):
    number = int.from_bytes(hashlib.sha256(public_key).digest()[:16], "big") << 2
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def canonical(item):
    return cbor2.dumps(item, canonical=True)


def verifies(key, message, signature):
    try:
        nacl.signing.VerifyKey(key).verify(message, signature)
        return True
    except nacl.exceptions.BadSignatureError:
        return False


def check(vector, keys, schema):
    sealed = bytes.fromhex(vector["sealed"])
    scope = vector["scope"]
    key = bytes.fromhex(keys[vector["signer"]]["publicKey"])
    header, unprotected, payload, signature = cbor2.loads(sealed)
    assert canonical([header, unprotected, payload, signature]) == sealed, "COSE_Sign1 is not deterministic"
    assert unprotected == {} and header == canonical({1: -8, 16: scope["type"]}), "header"
    assert payload.hex() == vector["payload"], "payload"
    aad = canonical([scope["direction"], scope["device"], schema])
    assert verifies(key, canonical(["Signature1", header, aad, payload]), signature), "signature"
    other = canonical([scope["direction"], scope["device"], schema + 1])
    assert not verifies(key, canonical(["Signature1", header, other, payload]), signature), "schema is not bound"
    item = cbor2.loads(payload)
    assert canonical(item) == payload, "payload is not deterministic"
    value = MESSAGES[scope["type"]](item)
    assert value == vector["value"], f"value: {value}"
    if "samples" in vector:
        assert unpack_samples(item[6]) == vector["samples"], f"samples: {unpack_samples(item[6])}"
    if "mqtt" in vector:
        assert vector["mqtt"]["username"] == device_id(key), "user name"
        password = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
        assert vector["mqtt"]["password"] == password, "password"


def main(path):
    if path == "-":
        document = json.load(sys.stdin)
    else:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    for name, key in document["keys"].items():
        seed = nacl.signing.SigningKey(bytes.fromhex(key["seed"]))
        assert seed.verify_key.encode().hex() == key["publicKey"], f"public key of {name}"
    failed = 0
    for vector in document["vectors"]:
        try:
            check(vector, document["keys"], document["schema"])
        except Exception as flaw:  # whatever a vector does, the others are still looked at
            failed += 1
            print(f"{vector['name']}: {type(flaw).__name__}: {flaw}", file=sys.stderr)
    print(f"{len(document['vectors']) - failed} of {len(document['vectors'])} vectors agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
