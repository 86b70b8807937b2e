//! Passkeys against a device of our own, and against the vectors of the standard (`vectors.rs`).

use super::device::Device;
use super::*;

const ORIGIN: &str = "https://bank.example";
const CHALLENGE: [u8; 32] = [7; 32];

fn site() -> Site {
    Site { origin: ORIGIN.into(), rp_id: "bank.example".into(), title: "Bank".into() }
}

fn made(device: &mut Device) -> Passkey {
    let options = site().creation(&CHALLENGE, ("anna", &[1; 16]), &[]);
    site().created(&device.create(&options), &CHALLENGE).unwrap()
}

fn signs(device: &mut Device, passkey: &Passkey) -> Result<u32, bool> {
    let answer = device.get(&site().request(&CHALLENGE, &[]));
    site().signed(&Answer::read(&answer).unwrap(), passkey, &CHALLENGE)
}

#[test]
fn a_passkey_of_either_kind_is_made_and_signs() {
    for mut device in [Device::new(ORIGIN, 1), Device::with_ed25519(ORIGIN, 2)] {
        let passkey = made(&mut device);
        assert_eq!(signs(&mut device, &passkey), Ok(0));
        let kept = serde_json::to_string(&passkey).unwrap();
        assert_eq!(serde_json::from_str::<Passkey>(&kept).unwrap(), passkey);
    }
}

#[test]
fn another_challenge_origin_or_site_is_refused() {
    let mut device = Device::new(ORIGIN, 1);
    let passkey = made(&mut device);
    let answer = device.get(&site().request(&CHALLENGE, &[]));
    let answer = Answer::read(&answer).unwrap();
    assert_eq!(site().signed(&answer, &passkey, &CHALLENGE), Ok(0));
    assert_eq!(site().signed(&answer, &passkey, &[8; 32]), Err(false));
    let other = Site { rp_id: "evil.example".into(), ..site() };
    assert_eq!(other.signed(&answer, &passkey, &CHALLENGE), Err(false));
    device.origin = "https://evil.example".into();
    assert_eq!(signs(&mut device, &passkey), Err(false));
    let options = site().creation(&CHALLENGE, ("anna", &[1; 16]), &[]);
    assert!(site().created(&device.create(&options), &CHALLENGE).is_none());
}

#[test]
fn a_person_who_was_not_verified_is_refused() {
    let mut device = Device::new(ORIGIN, 1);
    let passkey = made(&mut device);
    for flags in [0x00, 0x01, 0x04, 0x15] {
        device.flags = flags;
        assert_eq!(signs(&mut device, &passkey), Err(false), "{flags:#x}");
    }
    device.flags = 0x1d;
    assert_eq!(signs(&mut device, &passkey), Ok(0));
}

#[test]
fn a_changed_answer_and_another_key_are_refused() {
    let mut device = Device::new(ORIGIN, 1);
    let passkey = made(&mut device);
    let answer = device.get(&site().request(&CHALLENGE, &[]));
    for member in ["clientDataJSON", "authenticatorData", "signature"] {
        let changed = Device::tamper(&answer, member, 33);
        let changed = Answer::read(&changed).unwrap();
        assert_eq!(site().signed(&changed, &passkey, &CHALLENGE), Err(false), "{member}");
    }
    let other = made(&mut Device::new(ORIGIN, 3));
    assert_eq!(signs(&mut device, &other), Err(false));
}

#[test]
fn a_counter_that_does_not_grow_is_told_from_a_bad_signature() {
    let mut device = Device::new(ORIGIN, 1);
    device.counter = 5;
    let passkey = made(&mut device);
    assert_eq!(signs(&mut device, &passkey), Err(true));
    device.counter = 6;
    assert_eq!(signs(&mut device, &passkey), Ok(6));
    device.counter = 0;
    assert_eq!(signs(&mut device, &passkey), Err(true));
}

#[test]
fn any_cut_or_changed_byte_of_a_registration_never_panics() {
    let mut device = Device::new(ORIGIN, 1);
    let answer = device.create(&site().creation(&CHALLENGE, ("anna", &[1; 16]), &[]));
    for at in 0..answer.len() {
        let _ = site().created(&answer[..at], &CHALLENGE);
    }
    let attestation: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let attestation = attestation["response"]["attestationObject"].as_str().unwrap();
    for at in 0..bytes_of(attestation).unwrap().len() {
        let _ = site().created(&Device::tamper(&answer, "attestationObject", at), &CHALLENGE);
    }
}

/// Values of W3C Web Authentication Level 3, section 16 (test vectors); the site is `https://example.org`.
mod of_the_standard {
    use super::*;
    use serde_json::json;

    /// 16.3, packed self attestation, person verified.
    const THREE: [&str; 3] = [
        "7869c2b772d4b58eba9378cf8f29e26cf935aa77df0da89fa99c0bdc0a76f7e5",
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a2265476e4374334c55745936366b336a506a796e6962506b31716e666644616966715a774c33417032392d55222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a205539685458764b453255526b4d6e625f307859485667227d",
        "a363666d74667061636b65646761747453746d74a263616c672663736967584630440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d68617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b55d00000000df850e09db6afbdfab51697791506cfc0020455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58ca5010203262001215820eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf193843c5225820927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2",
    ];
    const THREE_ID: &str = "455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58c";
    /// 16.2, no attestation: the person was there, but not verified.
    const TWO_CREATED: [&str; 3] = [
        "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130",
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d",
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
    ];
    const TWO_ID: &str = "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4";
    const TWO_POINT: &str = "afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";
    const TWO_SAID: &str =
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000";
    const TWO_CLIENT: &str = "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d";
    const TWO_SIGNED: &str = "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87";

    fn hex(text: &str) -> Vec<u8> {
        let pairs = (0..text.len()).step_by(2);
        pairs.map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    fn site() -> Site {
        Site { origin: "https://example.org".into(), rp_id: "example.org".into(), title: "".into() }
    }

    fn created(vector: [&str; 3], id: &str) -> Option<Passkey> {
        let [challenge, client_data, attestation] = vector.map(hex);
        let answer = json!({"rawId": text_of(&hex(id)), "type": "public-key", "response": {
            "clientDataJSON": text_of(&client_data), "attestationObject": text_of(&attestation)
        }});
        site().created(&answer.to_string(), &challenge.try_into().unwrap())
    }

    #[test]
    fn a_registration_with_the_person_verified_is_taken() {
        assert_eq!(created(THREE, THREE_ID).unwrap().id, hex(THREE_ID));
        assert!(created(THREE, TWO_ID).is_none());
    }

    #[test]
    fn a_registration_without_is_refused() {
        assert!(created(TWO_CREATED, TWO_ID).is_none());
    }

    #[test]
    fn its_signature_verifies_and_a_changed_one_does_not() {
        let key = PasskeyKey::Es256(hex(TWO_POINT).try_into().unwrap());
        assert!(key.signed(&hex(TWO_SAID), &hex(TWO_CLIENT), &hex(TWO_SIGNED)));
        assert!(!key.signed(&hex(TWO_SAID)[1..], &hex(TWO_CLIENT), &hex(TWO_SIGNED)));
    }
}
