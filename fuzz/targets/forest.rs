//! Feeds `sim::decoders::forest` whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sim::decoders::forest(bytes));
