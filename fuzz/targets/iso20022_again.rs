//! Feeds `sim::decoders::iso20022_again` whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sim::decoders::iso20022_again(bytes));
