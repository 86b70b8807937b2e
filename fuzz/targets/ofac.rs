//! Feeds `sim::decoders::ofac` whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sim::decoders::ofac(bytes));
