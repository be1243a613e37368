#!/usr/bin/python3
"""A second implementation of the wire, written from docs/SPEC.md, against the golden bytes.

Usage: /usr/bin/python3 test/vectors/check.py test/vectors/schema-1.json    (or access-1.json; - for standard input)
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

RAW_TRACE = record(
    fromMs=(1, integer(-60_000, DAY_MS)), cadenceMs=(2, integer(1, 1000)), count=(3, integer(1, 100)),
    axes=(4, array(octets(1, 240), 3)))
OCCURRENCE = record(
    kind=(1, choice(harsh_acceleration=1, harsh_braking=2, harsh_cornering=3, speed_peak=4, trip_start=5,
                    trip_end=6, mounting_found=7, carried=8, power_gap=9)),
    atMs=(2, BOOT_MS), durationMs=(3, integer(0, DAY_MS)), peak=(4, integer(0, 65535)), speedDmS=(5, SPEED),
    trace=(6, RAW_TRACE, OPT))
TRIP_PART = record(
    number=(1, NUMBER), boot=(2, BOOT, OPT), part=(3, integer(0, 65535)), leadMs=(4, integer(0, 3_600_000), OPT),
    ending=(5, choice(parked=1, stood=2, power_lost=3, blocked=4), OPT), tailMs=(6, integer(0, 3_600_000), OPT))
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
        waiting=(7, NUMBER), mounted=(8, boolean), configuration=(9, NUMBER, OPT)),
    "bb-receipt": record(
        boot=(1, BOOT), through=(2, NUMBER), missing=(3, array(NUMBER, 64)), refused=(4, array(NUMBER, 64))),
    "bb-config": record(number=(1, NUMBER), vehicle=(2, NUMBER), blocker=(3, boolean)),
    "bb-connect": record(boot=(1, BOOT)),
    "bb-manifest": record(
        number=(1, NUMBER),
        devices=(2, array(record(publicKey=(1, octets(32, 32)), kind=(2, choice(sensor=1, box=2, phone=3)),
                                 serial=(3, text(32))), 10_000))),
}


# SPEC 9 "Access". Claims of CWT have its keys, ours are private use: the nth one is -65536 - n.
ID = octets(16, 16)
KEY = octets(32, 32)
PARTY = text(26)
SEALED = octets(1, 400)
UTC_S = integer(0, 7_258_118_400)
PERCENT = integer(0, 100)
ACTIONS = dict(
    lock=1, unlock=2, trunk=3, lights=4, horn=5, climate_on=6, climate_off=7, charge_start=8, charge_stop=9, status=10,
    immobilise=11, release=12, arm=13, disarm=14, track_on=15, track_off=16, locate=17, valet_off=18, start=19,
    profile_on=20, profile_off=21, online_off=22)
ACTION = choice(**ACTIONS)
KIND = choice(
    **ACTIONS, pair=64, unpair=65, share=66, revoke=67, keys=68, order=80, cancel_order=81, load=82, locate_once=83,
    redeem=84, delivery=85, hand_over=96, hand_back=97, outcome=112)
OUTCOMES = dict(executed=1, refused=2, expired=3, interrupted=4, no_motion=5)
REASON = choice(
    services_off=1, scope=2, key_revoked=3, key_early=4, key_late=5, key_unknown=6, arguments=7, moving=8,
    other_box=20, other_boot=21, issuer=22, burnt=23, table_full=24, no_time=25, no_contact=26, presence=27, valet=28,
    engine_on=29, lid_open=30, armed=31,
    oversize=40, framing=41, signature=42, schema=43, request_window=44, account=45, box_unknown=46, box_away=47,
    box_owned=48, ticket=49, quota=50, keys_full=51, delivery_unknown=60, delivery_ended=61, delivery_paused=62,
    wrong_courier=63, wrong_tan=64, tan_used=65, tan_reserved=66, early=67, late=68, located_already=69, in_use=70,
    id_reused=71)
BODY = record(
    doorsOpen=(1, integer(0, 15), OPT), doorsLocked=(2, boolean, OPT), trunkOpen=(3, boolean, OPT),
    trunkLocked=(4, boolean, OPT), windowsOpen=(5, integer(0, 15), OPT),
    alarm=(6, choice(off=1, armed=2, alarm=3), OPT), engineOn=(7, boolean, OPT), immobilised=(8, boolean, OPT),
    odometerKm=(9, NUMBER, OPT), batteryMv=(10, integer(0, 65535), OPT), chargePercent=(11, PERCENT, OPT),
    charging=(12, boolean, OPT), climateOn=(13, boolean, OPT), cabinC=(14, integer(-60, 100), OPT),
    latE6=(15, integer(-90_000_000, 90_000_000), OPT), lonE6=(16, integer(-180_000_000, 180_000_000), OPT),
    speedDmS=(17, SPEED, OPT), headingDeg=(18, integer(0, 359), OPT), valet=(19, boolean, OPT),
    keys=(20, integer(0, 8), OPT), tyresKpa=(21, array(integer(0, 1000), 4), OPT),
    consumptionDl=(22, integer(0, 65535), OPT), remainingMin=(23, integer(0, 65535), OPT))
SHARED_KEY = record(grant=(1, ID), holder=(2, PARTY), fromS=(3, UTC_S), toS=(4, UTC_S), revoked=(5, boolean))


def private(n):
    return -65536 - n


MESSAGES.update({
    "bb-request": record(
        iss=(1, PARTY), aud=(3, PARTY), exp=(4, UTC_S), iat=(6, UTC_S), cti=(7, ID), kind=(private(1), KIND),
        delivery=(private(2), ID, OPT), tan=(private(3), text(64), OPT), carrier=(private(4), text(32), OPT),
        fromS=(private(5), UTC_S, OPT), toS=(private(6), UTC_S, OPT), grant=(private(7), SEALED, OPT),
        ticket=(private(8), SEALED, OPT), presence=(private(9), SEALED, OPT), subject=(private(10), ID, OPT),
        person=(private(11), PARTY, OPT), celsius=(private(12), integer(10, 32), OPT),
        clock=(private(13), SEALED, OPT)),
    "bb-reply": record(
        cti=(7, ID), verdict=(private(1), choice(**OUTCOMES, pending=16)), reason=(private(2), REASON, OPT),
        delivery=(private(3), ID, OPT), tan=(private(4), text(8), OPT), body=(private(5), BODY, OPT),
        keys=(private(6), array(SHARED_KEY, 32), OPT), lease=(private(7), SEALED, OPT),
        state=(private(8), choice(ordered=1, loaded=2, opening=3, open=4, done=5, cancelled=6, failed=7, ended=8), OPT),
        time=(private(9), SEALED, OPT), registration=(private(10), SEALED, OPT)),
    "bb-clock": record(
        boot=(1, BOOT), atMs=(2, BOOT_MS), nonce=(3, ID), power=(4, choice(awake=1, edrx=2, deep_sleep=3)),
        wakeMs=(5, integer(0, DAY_MS)), issuers=(6, NUMBER), binding=(7, NUMBER), intact=(8, boolean),
        online=(9, boolean), profile=(10, boolean)),
    "bb-time": record(boot=(1, BOOT), atMs=(2, BOOT_MS), utcMs=(3, UTC_MS), binding=(4, NUMBER, OPT)),
    "bb-lease": record(
        iss=(1, PARTY), aud=(3, PARTY), cti=(7, ID), action=(private(1), ACTION), boot=(private(2), BOOT),
        endMs=(private(3), BOOT_MS), holder=(private(4), PARTY), delivery=(private(5), ID, OPT),
        celsius=(private(6), integer(10, 32), OPT)),
    "bb-result": record(
        id=(1, ID), cause=(2, choice(lease=1, key=2, mechanical=3, local=4)), holder=(3, PARTY), action=(4, ACTION),
        boot=(5, BOOT), atMs=(6, BOOT_MS), outcome=(7, choice(**OUTCOMES)), reason=(8, REASON, OPT),
        grant=(9, ID, OPT), body=(10, BODY, OPT)),
    "bb-report": record(
        id=(1, ID), boot=(2, BOOT), atMs=(3, BOOT_MS), opening=(5, ID, OPT), body=(6, BODY, OPT),
        what=(4, choice(
            trunk_opened=1, trunk_closed=2, secured=3, left_open=4, relocked=5, door_opened=6, door_closed=7, locked=8,
            unlocked=9, alarm=10, immobilised=11, released=12, tracked=13, switches_changed=14, valet_on=15,
            valet_off=16, mechanical_key=17, start_refused=18, erased=19))),
    "bb-settled": record(ids=(1, array(ID, 32))),
    "bb-inquiry": record(ids=(1, array(ID, 32))),
    "bb-issuers": record(number=(1, NUMBER), keys=(2, array(KEY, 8))),
    "bb-binding": record(
        number=(1, NUMBER), owner=(2, KEY, OPT), revoked=(3, array(ID, 64)), pairing=(4, NUMBER, OPT)),
    "bb-registered": record(grant=(1, ID), pairing=(2, NUMBER)),
    "bb-grant": record(id=(1, ID), holder=(2, KEY), actions=(3, array(ACTION, 16)), fromS=(4, UTC_S), toS=(5, UTC_S)),
    "bb-ticket": record(box=(1, PARTY), nonce=(2, ID), boot=(3, BOOT), endMs=(4, BOOT_MS)),
    "bb-presence-ask": record(nonce=(1, ID), phone=(2, KEY)),
    "bb-presence": record(nonce=(1, ID), phone=(2, PARTY), boot=(3, BOOT), atMs=(4, BOOT_MS)),
    "bb-key-use": record(nonce=(1, ID), action=(2, ACTION), holder=(3, KEY), grant=(4, SEALED, OPT),
                          registration=(5, SEALED, OPT)),
    "bb-checkpoint": record(
        number=(1, integer(1, UINT32)), size=(2, integer(1, 2 ** 53 - 1)), root=(3, KEY), previous=(4, KEY), atMs=(5, UTC_MS)),
    "bb-ferry": record(
        box=(1, PARTY), kind=(2, choice(clock=1, result=2, report=3)), body=(3, octets(1, 2048))),
})
# What travels on the short-range link as it is.
SHORT_RANGE = record(
    kind=(1, choice(hello=1, presence_ask=2, key_use=3, lease=4, time=5, issuers=6, binding=7, settled=8, inquiry=9,
                    clock=16, presence=17, result=18, report=19)),
    body=(2, octets(0, 2048)))


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


def unpack_trace(packed):
    """SPEC "Raw traces", from the map with integer keys."""
    count, axes = packed[3], []
    assert len(packed[4]) == 3, "three axes"
    for column in packed[4]:
        values, last = [], 0
        for step in unpack_column(column, count):
            last = int32(last + step)
            assert abs(last) <= 3277, f"{last} is not within 3277"
            values.append(last)
        axes.append(values)
    return {"fromMs": packed[1], "cadenceMs": packed[2], "count": count, "axesCg": axes}


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


def check_unsigned(vector):
    payload = bytes.fromhex(vector["payload"])
    item = cbor2.loads(payload)
    assert canonical(item) == payload, "payload is not deterministic"
    value = SHORT_RANGE(item)
    assert value == vector["value"], f"value: {value}"


def check(vector, keys, schema):
    if "sealed" not in vector:
        return check_unsigned(vector)
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
    if "traces" in vector:
        traces = [unpack_trace(occurrence[6]) for occurrence in item[7] if 6 in occurrence]
        assert traces == vector["traces"], f"traces: {traces}"
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
