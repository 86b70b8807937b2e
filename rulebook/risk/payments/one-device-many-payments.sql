-- ---
-- id = "one-device-many-payments"
-- kind = "risk"
-- points = 20
-- says = "Ten or more payments from one device within the hour"
-- says_zh = "同一设备一小时内付款十笔以上"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
device_count_1h >= 10
