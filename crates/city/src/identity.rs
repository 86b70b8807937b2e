//! Who somebody is, on paper: numbers whose check characters are right and whose region does not
//! exist. Resident numbers follow GB 11643, credit codes GB 32100 with an organisation code of
//! GB 11714. The region is 9901xx: no province has the number 99. No telephone number begins with 12.

use crate::names::{
    DISTRICTS, INDUSTRIES, KITCHENS, MEN, MEN_OLD, SHOP_TRADES, STREETS, SURNAMES, TOWN, WOMEN,
    WOMEN_OLD, Word,
};
use crate::rng::mix;
use crate::world::{Org, OrgKind, Person};
use terms::Day;

/// What identifies a party, as pairs of a name and a text, to be sealed by whoever registers it.
pub type Fields = Vec<(&'static str, String)>;

/// Characters of a credit code, by value (GB 32100: without I, O, S, V and Z).
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Powers of three modulo 31 (GB 32100).
const CREDIT_WEIGHTS: [usize; 17] =
    [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// Weights of an organisation code (GB 11714).
const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// Weights of a resident number (GB 11643).
const RESIDENT_WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// People born from this year on have names of the younger fashion.
const YOUNG_NAMES_SINCE: i32 = 1975;

/// The check character of the first 17 digits of a resident number; `None` if they are no digits.
pub fn resident_check(first: &str) -> Option<char> {
    if first.len() != 17 || !first.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let sum: usize =
        first.bytes().zip(RESIDENT_WEIGHTS).map(|(b, w)| usize::from(b - b'0') * w).sum();
    Some(char::from(b"10X98765432"[sum % 11]))
}

/// The check character of the first 17 characters of a credit code; `None` if one is not allowed.
pub fn credit_check(first: &str) -> Option<char> {
    if first.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (byte, weight) in first.bytes().zip(CREDIT_WEIGHTS) {
        sum += CREDIT_ALPHABET.iter().position(|c| *c == byte)? * weight;
    }
    Some(char::from(CREDIT_ALPHABET[(31 - sum % 31) % 31]))
}

/// The check character of an organisation code's eight characters; `None` if one is not allowed.
pub fn organisation_check(first: &str) -> Option<char> {
    if first.len() != 8 {
        return None;
    }
    let mut sum = 0;
    for (byte, weight) in first.bytes().zip(ORGANISATION_WEIGHTS) {
        sum +=
            char::from(byte).to_digit(36).filter(|_| !byte.is_ascii_lowercase())? as usize * weight;
    }
    Some(match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    })
}

/// A person's resident number.
pub(crate) fn resident_number(birth: Day, district: u8, serial: u16) -> String {
    let (year, month, day) = birth.ymd();
    let mut number = format!("9901{:02}{year:04}{month:02}{day:02}{serial:03}", district + 1);
    number.extend(resident_check(&number));
    number
}

/// The credit code of the organisation with this serial number.
fn credit_code(serial: u32) -> String {
    let mut organisation = format!("MA{:06}", serial % 1_000_000);
    organisation.extend(organisation_check(&organisation));
    let mut code = format!("91990101{organisation}");
    code.extend(credit_check(&code));
    code
}

/// Name in characters and in pinyin.
pub(crate) fn name_of(person: &Person) -> (String, String) {
    let surname = SURNAMES[usize::from(person.surname)];
    let old = person.birth.ymd().0 < YOUNG_NAMES_SINCE;
    let given = match (person.woman, old) {
        (true, true) => WOMEN_OLD,
        (true, false) => WOMEN,
        (false, true) => MEN_OLD,
        (false, false) => MEN,
    };
    let first = given[usize::from(person.given.0) % given.len()];
    // One person in five has a given name of a single character.
    let second = if person.given.1 < 51 {
        ("", "")
    } else {
        given[usize::from(person.given.1) % given.len()]
    };
    let mut pinyin = format!("{} {}{}", surname.1, first.1, second.1);
    let at = surname.1.len() + 1;
    pinyin[at..=at].make_ascii_uppercase();
    (format!("{}{}{}", surname.0, first.0, second.0), pinyin)
}

/// A street and a number in it, the same for the same `home`.
fn address(seed: u64, home: u32) -> String {
    let h = mix(seed, u64::from(home) | 7 << 40);
    let district = DISTRICTS[(h % DISTRICTS.len() as u64) as usize];
    let street = STREETS[(h >> 8) as usize % STREETS.len()].0;
    let (number, house, floor, door) = (h >> 16 & 0xff, h >> 24 & 7, h >> 28 & 0xf, h >> 32 & 3);
    format!(
        "{}{district}{street}{}号{}栋{}{:02}室",
        TOWN.0,
        number + 1,
        house + 1,
        floor + 1,
        door + 1
    )
}

/// What identifies a person.
pub(crate) fn person_fields(seed: u64, index: u32, person: &Person) -> Fields {
    let (name, pinyin) = name_of(person);
    let phone = mix(seed, u64::from(index) | 8 << 40) % 1_000_000_000;
    vec![
        ("name", name),
        ("name_pinyin", pinyin),
        ("id_number", resident_number(person.birth, person.district, person.id_serial)),
        ("birth_date", person.birth.to_string()),
        ("address", address(seed, person.home)),
        ("phone", format!("12{phone:09}")),
    ]
}

/// Name of an organisation in Chinese and English.
pub(crate) fn org_name(seed: u64, index: u32, org: &Org) -> (String, String) {
    let h = mix(seed, u64::from(index) | 9 << 40);
    let street = STREETS[(h >> 8) as usize % STREETS.len()];
    let pick = |words: &[Word]| words[(h >> 20) as usize % words.len()];
    let stem = street.0.trim_end_matches(['路', '街', '巷']);
    let stem_en = street.1.split(' ').next().unwrap_or(street.1);
    let nth = org.nth + 1;
    let fixed = |zh: &str, en: &str| (format!("{}{zh}", TOWN.0), format!("{} {en}", TOWN.1));
    match org.kind {
        OrgKind::Treasury => fixed("税务局", "Tax Office"),
        OrgKind::SocialInsurance => fixed("社会保险基金管理中心", "Social Insurance Fund"),
        OrgKind::Telecom => fixed("通信有限公司", "Telecom Ltd"),
        OrgKind::Transit => fixed("公共交通有限公司", "Transit Ltd"),
        OrgKind::Utility => fixed("水电燃气有限公司", "Water, Power and Gas Ltd"),
        OrgKind::OnlineShop => fixed("云集网络商城有限公司", "Yunji Online Mall Ltd"),
        OrgKind::Landlord => {
            let (zh, en) = fixed("安居房屋租赁有限公司", "Homes Ltd");
            (format!("{zh}（{nth}）"), format!("{en} ({nth})"))
        }
        OrgKind::School => fixed(&format!("第{nth}学校"), &format!("School No. {nth}")),
        OrgKind::Hospital => {
            fixed(&format!("第{nth}人民医院"), &format!("People's Hospital No. {nth}"))
        }
        OrgKind::Hotel => (format!("{stem}宾馆（{nth}）"), format!("{stem_en} Hotel ({nth})")),
        OrgKind::Market => {
            (format!("{}农贸市场（{nth}）", street.0), format!("{} Market ({nth})", street.1))
        }
        OrgKind::Employer => {
            let (zh, en) = pick(INDUSTRIES);
            (format!("明镜{stem}{zh}（{nth}）"), format!("Mingjing {stem_en} {en} ({nth})"))
        }
        OrgKind::Restaurant => {
            let (zh, en) = pick(KITCHENS);
            (format!("{}{zh}（{nth}）", street.0), format!("{} {en} ({nth})", street.1))
        }
        OrgKind::Shop => {
            let (zh, en) = pick(SHOP_TRADES);
            (format!("{}{zh}（{nth}）", street.0), format!("{} {en} ({nth})", street.1))
        }
    }
}

/// What identifies an organisation.
pub(crate) fn org_fields(seed: u64, index: u32, org: &Org) -> Fields {
    let (name, name_en) = org_name(seed, index, org);
    let phone = mix(seed, u64::from(index) | 10 << 40) % 1_000_000_000;
    vec![
        ("name", name),
        ("name_en", name_en),
        ("credit_code", credit_code(index)),
        ("address", address(seed, index)),
        ("phone", format!("12{phone:09}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_are_those_of_the_standards_examples() {
        // GB 11643 prints 11010519491231002X; GB 32100's examples include 91350100M000100Y43.
        assert_eq!(resident_check("11010519491231002"), Some('X'));
        assert_eq!(resident_check("1101051949123100"), None);
        assert_eq!(credit_check("91350100M000100Y4"), Some('3'));
        assert_eq!(credit_check("91350100I000100Y4"), None);
        // GB 11714: the code D2143569 has the check character X.
        assert_eq!(organisation_check("D2143569"), Some('X'));
    }

    #[test]
    fn numbers_name_a_region_that_is_on_no_map() {
        let number = resident_number(Day::parse("1980-02-29").unwrap(), 3, 7);
        assert_eq!(&number[..17], "99010419800229007");
        assert_eq!(number.chars().last(), resident_check(&number[..17]));
        let code = credit_code(12);
        assert!(code.starts_with("91990101MA000012"));
        assert_eq!(code.chars().last(), credit_check(&code[..17]));
        assert_eq!(code.chars().nth(16), organisation_check(&code[8..16]));
    }
}
