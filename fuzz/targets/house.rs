//! Feeds `sim::decoders::house` whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sim::decoders::house(bytes));
