# 网页上的中文。用平常话，句子短；先说要做什么。

## 每页周围
description = 一家账本人人可查的银行：账户、付款与证明。
skip = 跳到主要内容
brand = 每个数字都能查到原始记录
brand-care = 关怀版
desks = 工作台
care-enter = 关怀版
care-leave = 退出关怀版
look = 语言与显示
read-aloud = 朗读本页
sign-in = 登录
position = 账本现状
journal = 账本
entry = 第几条
root = 根
check-it = 自己查验
talk = 找人工：{ $number }
accessibility = 无障碍
sample-bank = 示例银行，人物均为虚构。
as-of-entry = 截至第几条
as-table = { $what }（表格）
provenance-proof = 证明
provenance-csv = CSV
provenance-query = 查询
to-start = 回首页
ask-person = 找人工
request-number = 本次请求编号：
day-and-time = { $day } { $time }
gallery = 页面部件
gallery-says = 每个部件及其示例，各页都用它们。

## 月份
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

## 工作台
desk-home = 我的账户
desk-pay = 付款
desk-orders = 预约付款
desk-me = 登录与安全

## 身份
role-customer = 客户
role-helper = 协助客户的人
role-teller = 柜员
role-operations = 运营
role-analyst = 风险分析员
role-chief-analyst = 首席风险分析员
role-data-officer = 数据专员
role-supervisor = 监管人员
role-administrator = 管理员
role-developer = 开发者
role-break-glass = 应急权限

## 首页
front-title = 一家可以查验的银行
front-says = 这里的每个数字都能查到原始记录，任何人不靠我们也能查验。
front-sign-in = 查账户、付款、咨询
front-check = 共 { $entries } 条，人人可查
front-api = 给程序用
front-api-says = 同一家银行的开放接口
front-help = 有人接听
tour-title = 以某个人的身份试用
tour-says = 这家银行和里面的人都是虚构的。选一位即可，不用密码。
tour-page = 六步导览

## 显示
look-says = 您想怎样看这些页面。只记在这个浏览器里。
look-lang = 语言
look-theme = 颜色
look-size = 字号
look-mode = 页面
look-done = 好了
theme-auto = 跟随设备
theme-light = 浅色
theme-dark = 深色
theme-contrast = 高对比度
size-usual = 默认
size = { $size } 像素
mode-plain = 全部内容
mode-care = 关怀版

## 帮助
help-says = 随时都能找到人。不用按键选菜单，不用等验证码。
call = 拨打 { $number }
help-hours = 打电话或到柜台，都有人听您说。
help-fraud-title = 有人催您付款？
help-fraud = 先别付。挂断电话，打给我们。警察和银行绝不会让您把钱转到“安全账户”。
help-complaint-title = 有什么不对？
help-complaint = 告诉我们。如果您的付款被按住了，那一页上有一张表，直接交给人工，并连同时间记在账本里。

## 无障碍
accessibility-says = 每个人都应该能用每一页。每次改动我们都检查以下各项。
accessibility-1 = WCAG 2.2：每页用两种语言、浅色和深色做自动检查，直到 AAA 级。
accessibility-2 = 全部功能可用键盘操作，不依赖脚本，320 像素宽和放大 400% 时都可用。
accessibility-3 = 字号可到 30 像素，按钮够大，从不只用颜色表达意思。
accessibility-4 = 客户的每件事都能在关怀版里办完。
accessibility-5 = 每张图都另有一句话和一张表说明同样的数字。
accessibility-not = 使用读屏软件的人还没有测试过这些页面，自动检查只能发现一部分问题。如果有什么挡住了您，请告诉我们：马上有人帮您，我们也会改好。

## 登录
sign-in-says = 用通行密钥，或用姓名、密码和验证码。
sign-in-first = 登录后回到刚才的页面，您填的内容还在。
sign-in-lost = 我的密钥或手机丢了
name = 登录名
password = 密码
password-new = 新密码
password-hint = 至少 15 个字符。用几个词连起来好记。
code = 验证码
code-hint = 手机应用上的六位数字
passkey-says = 通行密钥最快也最安全：用指纹、面容或本机密码。
passkey-use = 用通行密钥
passkey-make = 设通行密钥
passkey-add = 添加本机的通行密钥
passkey-failed = 没有成功。请再试，或用另一种方式。
passkey-no-script = 通行密钥需要 JavaScript，而这个浏览器关闭了它。
or = 或者
link-title = 首次登录
link-welcome = 欢迎，{ $user }
link-says = 这个链接只能用一次。请选择以后怎样登录。
link-passkey = 最好用通行密钥：不用记，也偷不走。
go-on = 继续
code-title = 现在用您的手机
code-says = 把这串密钥加到验证器应用里，再填它显示的六位数字。
sign-out = 退出登录

## 自己
me-title = 登录与安全
me-says = 您是 { $name }（{ $roles }）。
passkeys = 通行密钥
passkeys-says = 每一把都能在它所在的设备上打开您的账户。
since = { $day }起
remove = 删除
sessions = 您在哪里登录着
sessions-says = 如果有不认识的，请结束它并打电话给我们。
seen = 最近 { $time }
session-end = 结束
limits-title = 限额
limits-says = 账户 { $account } 最多能付出多少。低一些更安全。
limit-payment = 每笔最多
limit-day = 每天最多
limit-hint = 单位元，如 5,000。空着表示不限。
limits-set = 设定限额
limits-done = 限额已设定
limits-cooling = 限额从下一笔付款起生效，已经在办的不受影响。

## 账户
account = 账户
account-called = { $kind } 尾号 { $end }
account-says = 账号 { $number }
account-20111 = 活期账户
account-20112 = 储蓄账户
account-20113 = 单位账户
account-20114 = 机关账户
account-20115 = 校园账户
account-20116 = 外币账户
home-title = { $name }，您好
home-says = { $waiting ->
    [0] 现在没有要您处理的事。
   *[other] 有 { $waiting } 笔付款在等人查看。
}
home-no-account = 您在这里没有开着的账户。
available = 可用
acts = 您可以办
act-pay = 转账
act-pay-says = 给家人、熟人、商家
act-history = 查明细
act-history-says = 查找、对账单、CSV
act-orders = 预约付款
act-orders-says = 某天，或每周每月
act-limits = 限额
act-limits-says = 设定最多付出多少
act-looked = 谁看过
act-looked-says = 我的信息，为什么
act-help-says = 有人接听
recent = 最近几笔
recent-all = 全部明细
money-in = 收
money-out = 付
line-from = 来自尾号 { $end }
line-to = 付给尾号 { $end }
line-bank = 本行
lines-none = 还没有。
lines-of = 本页 { $all } 条中有 { $shown } 条符合。
held-title = 您有一笔付款在等待
held-says = 我们先替您按住了，等人看过再说。钱是安全的。
held-until = 最晚到 { $time }。
held-look = 看原因，看能做什么
history = 明细
earlier = 更早的
filter = 查看
filter-way = 哪些
filter-least = 至少多少
filter-with = 对方账号含
way-both = 收和付
way-in = 只看收
way-out = 只看付
statement = 对账单
statement-says = { $from }至{ $to }
from-day = 从
to-day = 到
show = 查看
col-day = 日期
col-with = 对方
col-in = 收
col-out = 付
col-balance = 余额
opening = 期初余额
closing = 期末余额

## 一笔付款
payment-title = 付款
became-posted = 已付：{ $money }
became-posted-says = 钱已到收款人账上。
became-held = 已按住：{ $money }
became-held-says = 银行有人先看一看，钱还没有付给对方。
became-reserved = 已预留：{ $money }
became-reserved-says = 钱已为收款人留好，还没有付。
became-returned = 已退回：{ $money }
became-returned-says = 付出之后，又用一笔新的付款退了回来。
became-voided = 没有付：{ $money }
became-voided-says = 钱已回到付款人账上。
became-voiding = 没有付：{ $money }
became-voiding-says = 钱已回到付款人账上。
became-expired = 没有付：{ $money }
became-expired-says = 时间已过，钱已回到付款人账上。
status-posted = 已付
status-held = 已按住
status-reserved = 已预留
status-returned = 已退回
status-voided = 没有付
status-voiding = 没有付
status-expired = 已过期
fact-status = 状态
fact-from = 付款账户
fact-to = 收款账户
fact-time = 时间
fact-number = 编号
why = 为什么被按住
next-steps = 您可以做什么
void = 不是我付的，或我改主意了：不付
appeal = 我不同意
appeal-hint = 简单说说为什么。不要写密码，不要写别人的名字。它会记在账本里。
appeal-send = 交给人工
appeal-empty = 请写几个字。
appealed = 有人会看
appealed-says = 已连同时间记在账本里，由银行办理此事的人来看。
proof-title = 证明
proof-says = 这份回执永远能向任何人证明：这笔付款记在本行账本里。
check-here = 在这个浏览器里查验
receipt-keep = 保存回执

## 付款
pay-title = 转账
pay-says = 您再看过一遍之前，钱不会付出。
pay-from = { $account }：{ $money }
pay-from-label = 付款账户
pay-to = 收款账号
pay-to-hint = 卡上的号码，有没有空格都行
pay-before = 以前付过
pay-amount = 金额
pay-amount-hint = 单位元，如 12.50
pay-text = 用途
pay-text-hint = 可不填。只有您和银行看得到。
pay-look = 继续
pay-check = 对吗？
pay-check-says = 钱付出之前，再看一遍。
pay-yes = 现在付
pay-change = 改一改
warn-title = 请先停一停
warn-says = 这很像有人被骗时付的款。
warn-1 = 是不是有人打电话或发消息叫您付？
warn-2 = 是不是有人叫您保密，或催您快点？
warn-3 = 公安、法院和银行绝不会让您为了“安全”转账。
warn-stop = 不付了
warn-go = 我核实过了，仍然要付
hold-title = 会有人先看一看
hold-says = 如果继续，钱会先留住，银行有人看过再付。
refuse-title = 这笔不能付
sign-title = 请确认这笔付款
sign-says = 金额超过免确认的数目。您的确认只对这个收款人和这个金额有效。
sign-yes = 确认并付款

## 预约
orders-title = 预约付款
orders-says = { $orders ->
    [0] 现在没有。
   *[other] 共有 { $orders } 个。
}
order-when = 何时
order-next = 下一次
order-end = 终止
order-new = 新的预约
order-first = 第一次
order-place = 预约
repeats-once = 一次
repeats-weekly = 每周
repeats-monthly = 每月

## 查验
check-title = 自己查验
check-says = 由您的浏览器来计算，什么都不发给我们，断网也行。
check-receipt = 回执
check-receipt-hint = 从第一行到最后一行的全文
check-key = 银行的公钥
check-key-hint = 银行公布的公钥。请与您从别处得到的对一对。
check-go = 查验
check-no-script = 本页需要 JavaScript 在您的浏览器里计算。没有的话请用下面的命令。
check-no-record = 这份回执不在这里显示
check-no-record-says = 第 { $record } 条记录不是您的，或您没有登录。可以贴上您手里的回执。
check-good = 成立。这条记录在本行账本里。
check-bad = 不成立。不要相信这份回执。
check-step-form = 回执格式符合标准
check-step-record = 记录属于它所在的批次
check-step-batch = 批次自己也这样说
check-step-log = 批次在日志里
check-step-signature = 银行签署了这份日志
check-fact-entry = 第几条
check-fact-size = 签署时共有几条
check-fact-money = 金额
check-fact-time = 时间
check-fact-accounts = 付款与收款账户
check-means = 这说明什么
check-means-1 = 银行不能改掉或拿走这条记录，除非毁掉自己的签名。
check-means-2 = 谁有这份回执，谁就永远能证明它，哪怕银行不在了。
check-means-3 = 它不能证明外面的事实，只证明银行写过这条记录，以及何时写的。
check-else = 也可以用自己的程序：

## 出了什么问题
faults-title = 请看一下这里
trouble-title = 没有办成
trouble-other = 银行没有办这件事，什么都没有改变。
trouble-not-found = 这里没有内容，或不归您查看。
trouble-not-an-id = 这里没有内容。可能网址少了一段。
trouble-forbidden = 您不能做这件事。
trouble-no-party = 这一页是给客户的。
trouble-form-token = 这张表太旧了，请重新打开本页。
trouble-form-broken = 表单没有完整送到，请再发一次。
trouble-link-used = 这个链接用过了，或已过期。
trouble-invalid = 有的地方填得不对。
trouble-wrong = 登录名、密码或验证码不对。
trouble-again = 这个验证码用过了，请等下一个。
trouble-late = 时间太久了，请重新开始。
trouble-too-many = 太频繁了，请等一等。
trouble-busy = 银行正忙，请稍后再试。
trouble-unavailable = 银行现在不能回答，请稍后再试。
trouble-in-flight = 正在办，请稍后再看。
trouble-key-reused = 这张表发过不同的内容，请重新打开本页。
trouble-failed = 银行出了问题，什么都没有改变。
trouble-other-origin = 这是从别的网站来的，没有办。
trouble-must-sign = 金额超过免确认的数目，请用验证码确认。
trouble-exceeds-credits = 账户里的钱不够。
trouble-exceeds-hold = 账户里有钱被依法冻结。
trouble-exceeds-transfer-limit = 超过每笔限额。
trouble-exceeds-daily-limit = 超过每天限额。
trouble-credit-account-not-found = 本行没有这个账户，请再看看号码。
trouble-credit-account-already-closed = 那个账户已经销户。
trouble-accounts-must-be-different = 不能付给同一个账户。
trouble-accounts-must-have-the-same-ledger = 那个账户是另一种货币。
trouble-refused-by-risk-control = 这很像盗用或诈骗，所以没有付。如果没有问题请打电话给我们。
trouble-payer-must-confirm = 请先看提醒。
trouble-schedule-out-of-range = 第一天必须是还没过去的营业日。
trouble-order-already-ended = 以前已经终止了。
field-to = 请写账号，如 6299 0000 0000 0247 686。
field-from = 请选您的一个账户。
field-amount = 请写金额，如 12.50。
field-money-amount = 请写金额，如 12.50。
field-per_payment-amount = 请写金额，如 5,000。
field-per_day-amount = 请写金额，如 5,000。
field-text = 最多 140 个字。
field-first = 请选日期。
field-password = 至少 15 个字符。

## 谁看过
looked-title = 谁看过我的信息
looked-says = { $looks ->
    [0] 除了您没有别人。
   *[other] 别人看过 { $looks } 次，最近的在前。
}
looked-who = 谁
looked-at = 看了什么
looked-name = 姓名和地址
looked-entry = 第几条
looked-wrong = 如果不明白别人为什么看，请问我们。您有权得到回答。

## 导览
tour-page-says = 十分钟，随时可以离开。
tour-phone = 这位虚构人物的手机显示
tour-phone-says = 要验证码时填它。每半分钟换一个，每个只能用一次。
tour-1 = 做一位客户：选“付款”，付给以前付过的人。
tour-2 = 把一大笔钱付给从没付过的账号：会提醒您，或有人先看一看。
tour-3 = 用本页手机上的验证码确认一笔超过 1,000 元的付款。
tour-4 = 打开一笔付款，在自己的浏览器里查验回执。
tour-5 = 换成关怀版，再换成另一种语言。
tour-6 = 像程序那样看这家银行：首页有开放接口。

## 正在建示例银行
filling-title = 正在为您建一家银行
filling-says = 一座虚构的小城，居民、商户和骗子过上一个月，约 { $meant } 笔资金往来。大约半分钟，之后页面自动继续。
filling-posting = 小城在付款，银行在记账。
filling-verifying = 现在像外人那样逐条查验。
filling-done = 已完成的资金往来
filling-refused = 被拒绝的请求
filling-records = 账本里的记录
filling-again = 再看一次
pause = 暂停更新

## 付款种类
kind-1 = 开户转入
kind-101 = 工资
kind-102 = 养老金
kind-103 = 房租
kind-104 = 学费
kind-105 = 水电燃气费
kind-106 = 话费
kind-107 = 税款
kind-108 = 货款
kind-109 = 生活费
kind-201 = 购物
kind-202 = 菜市场
kind-203 = 餐饮
kind-204 = 网上购物
kind-205 = 交通出行
kind-206 = 酒店
kind-207 = 医疗
kind-301 = 转账
kind-302 = 红包
kind-303 = 储蓄
kind-304 = 跨行转出
kind-305 = 跨行转入
kind-401 = 现金存入
kind-402 = 现金支取
kind-403 = 现金调拨
kind-501 = 手续费
kind-502 = 归还贷款
kind-503 = 信用卡还款
kind-601 = 结售汇
kind-901 = 销户
