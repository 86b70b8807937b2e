//! The bank's chart of accounts, the accounts it keeps for itself, and the codes that say why money
//! moved. The first four digits of a chart code follow the numbering Chinese banks use for their
//! general ledger (CAS application guidance); the fifth divides further and is our own choice.

use terms::{ChartClass, Currency};

/// A line of the chart: code, side of the books, name in Chinese and English.
pub(crate) type Line = (u16, ChartClass, &'static str);

/// Cash in the vault.
pub(crate) const VAULT: u16 = 10_011;
/// Cash in tills and machines.
pub(crate) const TILL: u16 = 10_012;
/// The bank's reserve with the central bank, through which payments to and from other banks settle.
pub(crate) const CENTRAL_BANK: u16 = 10_031;
/// Balances with banks abroad.
pub(crate) const NOSTRO: u16 = 10_111;
/// Mortgages.
pub(crate) const MORTGAGE: u16 = 13_031;
/// What credit cards owe.
pub(crate) const CREDIT_CARD: u16 = 13_032;
/// Current accounts of persons.
pub(crate) const CURRENT: u16 = 20_111;
/// Savings of persons.
pub(crate) const SAVINGS: u16 = 20_112;
/// Current accounts of organisations.
pub(crate) const BUSINESS: u16 = 20_113;
/// Treasury and public bodies.
pub(crate) const PUBLIC: u16 = 20_114;
/// Accounts of children, opened with their school.
pub(crate) const SCHOOL_CHILD: u16 = 20_115;
/// Foreign currency of persons.
pub(crate) const FOREIGN: u16 = 20_116;
/// What has no place yet.
pub(crate) const SUSPENSE: u16 = 22_411;
/// The bank's positions in currencies.
pub(crate) const POSITION: u16 = 30_021;
/// What the owners paid in.
pub(crate) const CAPITAL: u16 = 40_011;
/// Interest earned.
pub(crate) const INTEREST_INCOME: u16 = 60_111;
/// Fees earned.
pub(crate) const FEE_INCOME: u16 = 60_211;
/// Interest paid.
pub(crate) const INTEREST_EXPENSE: u16 = 64_111;

/// The chart of accounts.
pub(crate) const CHART: &[Line] = &[
    (VAULT, ChartClass::Asset, "库存现金 / Cash in vault"),
    (TILL, ChartClass::Asset, "柜员及自助设备现金 / Cash in tills and machines"),
    (CENTRAL_BANK, ChartClass::Asset, "存放中央银行款项 / Balances with the central bank"),
    (NOSTRO, ChartClass::Asset, "存放同业款项 / Balances with other banks"),
    (MORTGAGE, ChartClass::Asset, "个人住房贷款 / Mortgages of persons"),
    (CREDIT_CARD, ChartClass::Asset, "信用卡透支 / Credit card overdrafts"),
    (CURRENT, ChartClass::Liability, "个人活期存款 / Current accounts of persons"),
    (SAVINGS, ChartClass::Liability, "个人储蓄存款 / Savings of persons"),
    (BUSINESS, ChartClass::Liability, "单位活期存款 / Current accounts of organisations"),
    (PUBLIC, ChartClass::Liability, "财政及机关存款 / Treasury and public bodies"),
    (SCHOOL_CHILD, ChartClass::Liability, "学生校园账户 / School accounts of children"),
    (FOREIGN, ChartClass::Liability, "个人外币存款 / Foreign currency of persons"),
    (SUSPENSE, ChartClass::Liability, "其他应付款（待处理） / Suspense"),
    (POSITION, ChartClass::Common, "货币兑换 / Currency positions"),
    (CAPITAL, ChartClass::Equity, "实收资本 / Paid-in capital"),
    (INTEREST_INCOME, ChartClass::Income, "利息收入 / Interest income"),
    (FEE_INCOME, ChartClass::Income, "手续费收入 / Fee income"),
    (INTEREST_EXPENSE, ChartClass::Expense, "利息支出 / Interest expense"),
];

/// The bank's own accounts, at the first places of the town's table, in this order.
pub(crate) const BANK: &[(u16, Currency)] = &[
    (CENTRAL_BANK, Currency::CNY),
    (VAULT, Currency::CNY),
    (CAPITAL, Currency::CNY),
    (INTEREST_EXPENSE, Currency::CNY),
    (INTEREST_INCOME, Currency::CNY),
    (FEE_INCOME, Currency::CNY),
    (SUSPENSE, Currency::CNY),
    (POSITION, Currency::CNY),
    (POSITION, Currency::USD),
    (POSITION, Currency::JPY),
    (NOSTRO, Currency::USD),
    (NOSTRO, Currency::JPY),
];

/// Places of the bank's own accounts in [`BANK`].
pub(crate) mod own {
    pub(crate) const CENTRAL_BANK: u32 = 0;
    pub(crate) const VAULT: u32 = 1;
    pub(crate) const CAPITAL: u32 = 2;
    pub(crate) const INTEREST_EXPENSE: u32 = 3;
    pub(crate) const INTEREST_INCOME: u32 = 4;
    pub(crate) const FEE_INCOME: u32 = 5;
    pub(crate) const SUSPENSE: u32 = 6;
    pub(crate) const POSITION_CNY: u32 = 7;
    pub(crate) const POSITION_USD: u32 = 8;
    pub(crate) const POSITION_JPY: u32 = 9;
    pub(crate) const NOSTRO_USD: u32 = 10;
    pub(crate) const NOSTRO_JPY: u32 = 11;
}

macro_rules! purposes {
    ($($name:ident = $code:literal, $words:literal;)*) => {
        /// Why money moves: the `code` of the town's transfers and entries.
        pub mod purpose {
            $(#[doc = $words] pub const $name: u16 = $code;)*

            /// What a code means, in Chinese and English, or `None` if the town does not use it.
            pub fn words(code: u16) -> Option<&'static str> {
                match code {
                    $($code => Some($words),)*
                    _ => None,
                }
            }
        }
    };
}

purposes! {
    OPENING = 1, "开户转入 / opening balance";
    SALARY = 101, "工资 / salary";
    PENSION = 102, "养老金 / pension";
    RENT = 103, "房租 / rent";
    SCHOOL = 104, "学费 / school fees";
    UTILITY = 105, "水电燃气费 / utilities";
    PHONE = 106, "话费 / telephone";
    TAX = 107, "税款 / tax";
    SUPPLY = 108, "货款 / supplies";
    ALLOWANCE = 109, "生活费 / allowance";
    SHOP = 201, "购物 / shop";
    MARKET = 202, "菜市场 / market";
    RESTAURANT = 203, "餐饮 / restaurant";
    ONLINE = 204, "网上购物 / online shop";
    TRANSIT = 205, "交通出行 / transit";
    HOTEL = 206, "酒店 / hotel";
    HOSPITAL = 207, "医疗 / hospital";
    PEER = 301, "转账 / between people";
    RED_PACKET = 302, "红包 / red packet";
    SAVING = 303, "储蓄 / to and from savings";
    TO_OTHER_BANK = 304, "跨行转出 / to another bank";
    FROM_OTHER_BANK = 305, "跨行转入 / from another bank";
    CASH_IN = 401, "现金存入 / cash paid in";
    CASH_OUT = 402, "现金支取 / cash paid out";
    CASH_SUPPLY = 403, "现金调拨 / cash between vault, tills and central bank";
    FEE = 501, "手续费 / fee";
    LOAN_REPAYMENT = 502, "归还贷款 / loan repayment";
    CARD_REPAYMENT = 503, "信用卡还款 / card repayment";
    EXCHANGE = 601, "结售汇 / currency exchange";
    CLOSING = 901, "销户 / account closed";
}

/// Through which door a payment came: the `user_data_32` of the town's transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Channel {
    /// At the counter.
    Counter = 1,
    /// A cash machine.
    Machine = 2,
    /// A card at a terminal.
    Card = 3,
    /// The telephone.
    Mobile = 4,
    /// A browser.
    Web = 5,
    /// A file of many payments, or a standing order.
    Batch = 6,
    /// The bank itself.
    Bank = 7,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chart_codes_are_unique_and_cover_the_banks_own_accounts() {
        for (at, line) in CHART.iter().enumerate() {
            assert!(CHART[..at].iter().all(|other| other.0 != line.0), "{}", line.0);
            assert!(line.2.contains(" / ") && line.2.len() <= terms::limits::TEXT_BYTES_MAX);
        }
        assert!(BANK.iter().all(|account| CHART.iter().any(|line| line.0 == account.0)));
        assert_eq!(BANK[own::NOSTRO_JPY as usize], (NOSTRO, Currency::JPY));
        assert_eq!(BANK[own::POSITION_USD as usize], (POSITION, Currency::USD));
        assert_eq!(BANK[own::SUSPENSE as usize].0, SUSPENSE);
        assert_eq!(purpose::words(purpose::SALARY), Some("工资 / salary"));
    }
}
