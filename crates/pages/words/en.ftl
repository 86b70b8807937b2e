# What the pages say in English. Plain words, short sentences; what somebody must do comes first.

## Around every page
description = Accounts, payments and proofs of a bank whose journal anybody can check.
skip = Skip to the main content
brand = Every figure leads to its entry
brand-care = Large and simple
desks = Desks
care-enter = Large and simple
care-leave = Leave large and simple
look = Language and looks
read-aloud = Read this page aloud
sign-in = Sign in
position = Where the journal stands
journal = Journal
entry = entry
root = root
check-it = Check it yourself
talk = Talk to a person: { $number }
accessibility = Accessibility
sample-bank = A sample bank. Nobody here is real.
as-of-entry = As of entry
as-table = { $what } as a table
provenance-proof = Proof
provenance-csv = CSV
provenance-query = Query
to-start = To the first page
ask-person = Ask a person
request-number = Number of this request:
day-and-time = { $day }, { $time }
gallery = Parts of the pages
gallery-says = Each part with its examples, as every page uses it.

## Months
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Desks
desk-home = My accounts
desk-pay = Pay
desk-orders = Payments for later
desk-me = Sign-in and safety

## Roles
role-customer = customer
role-helper = helps a customer
role-teller = at the counter
role-operations = operations
role-analyst = risk analyst
role-chief-analyst = chief risk analyst
role-data-officer = data officer
role-supervisor = supervisor
role-administrator = administrator
role-developer = developer
role-break-glass = emergency rights

## The front page
front-title = A bank you can check
front-says = Every figure shown here leads back to the entries under it, and anybody can check them without us.
front-sign-in = See your accounts, pay, ask
front-check = { $entries } entries, open to everybody’s checks
front-api = For programs
front-api-says = The same bank as an open API
front-help = A person answers
tour-title = Try it as somebody
tour-says = This bank is made up, and so are its people. Choose one; no password is needed here.
tour-page = The tour in six steps

## Looks
look-says = How you want to see these pages. It is kept in this browser only.
look-lang = Language
look-theme = Colours
look-size = Size of letters
look-mode = Pages
look-done = Done
theme-auto = As the device
theme-light = Light
theme-dark = Dark
theme-contrast = High contrast
size-usual = Usual
size = { $size } px
mode-plain = Everything
mode-care = Large and simple

## Help
help-says = You can always reach a person. No menu, no waiting for a code.
call = Call { $number }
help-hours = Call, or come to the counter: a person listens to you.
help-fraud-title = Somebody presses you to pay?
help-fraud = Do not pay. Hang up, and call us. The police and the bank never ask you to move money to a safe account.
help-complaint-title = Something is wrong?
help-complaint = Tell us. If a payment of yours was stopped, its page has a form that goes to a person and stands in the journal with its time.

## Accessibility
accessibility-says = Everybody should be able to use every page. This is what we check with every change.
accessibility-1 = WCAG 2.2: automatic checks up to level AAA on every page, in both languages, light and dark.
accessibility-2 = Everything works by keyboard, without script, at 320 pixels, and at 400 percent.
accessibility-3 = Letters up to 30 pixels; large targets; nothing is said by colour alone.
accessibility-4 = A large and simple way through every task of a customer.
accessibility-5 = Every drawing has its numbers as a sentence and as a table.
accessibility-not = People who use screen readers have not tested these pages yet. Automatic checks find only a part of what is wrong. If something keeps you out, tell us: a person helps you at once, and we mend it.

## Signing in
sign-in-says = With a passkey, or with name, password and code.
sign-in-first = Sign in, and you come back to where you were. What you typed is kept.
sign-in-lost = I lost my key or my phone
name = Name
password = Password
password-new = A new password
password-hint = 15 characters or more. Several words are easy to remember.
code = Code
code-hint = Six digits from the app on your phone
passkey-says = A passkey is the quickest and the safest: your finger, your face or the PIN of this device.
passkey-use = Use a passkey
passkey-make = Make a passkey
passkey-add = Add a passkey of this device
passkey-failed = That did not work. Try again, or take the other way.
passkey-no-script = Passkeys need JavaScript, which is off in this browser.
or = or
link-title = Your first sign-in
link-welcome = Welcome, { $user }
link-says = This link opens once. Choose how you will sign in from now on.
link-passkey = Best: a passkey. Nothing to remember, and nobody can steal it.
go-on = Go on
code-title = Now your phone
code-says = Add this secret to an authenticator app, then type the six digits it shows.
sign-out = Sign out

## Myself
me-title = Sign-in and safety
me-says = You are { $name } ({ $roles }).
passkeys = Passkeys
passkeys-says = Each opens your account from the device it lives on.
since = since { $day }
remove = Remove
sessions = Where you are signed in
sessions-says = If you do not know one of these, end it and call us.
seen = last seen { $time }
session-end = End it
limits-title = Limits
limits-says = What may leave account { $account }. Lower is safer.
limit-payment = One payment at most
limit-day = One day at most
limit-hint = Yuan, like 5,000. Empty for no limit.
limits-set = Set the limits
limits-done = The limits are set
limits-cooling = A limit counts from the next payment on. Payments that run already are not touched.

## Accounts
account = Account
account-called = { $kind } ··{ $end }
account-says = Number { $number }
account-20111 = Current account
account-20112 = Savings account
account-20113 = Business account
account-20114 = Public account
account-20115 = School account
account-20116 = Foreign currency account
home-title = Hello, { $name }
home-says = { $waiting ->
    [0] Nothing needs you now.
    [one] One payment waits for a look.
   *[other] { $waiting } payments wait for a look.
}
home-no-account = You have no open account here.
available = You can use
acts = What you can do
act-pay = Pay
act-pay-says = To family, friends, shops
act-history = What happened
act-history-says = Search, statement, CSV
act-orders = Pay later
act-orders-says = On a day, every week or month
act-limits = Limits
act-limits-says = Set how much may leave
act-looked = Who looked
act-looked-says = At my data, and why
act-help-says = Somebody answers
recent = Latest payments
recent-all = All payments
money-in = in
money-out = out
line-from = From ··{ $end }
line-to = To ··{ $end }
line-bank = The bank
lines-none = Nothing yet.
lines-of = { $shown } of the { $all } lines of this page fit.
held-title = A payment of yours waits
held-says = We hold it until somebody has looked. The money is safe.
held-until = At the latest until { $time }.
held-look = See why, and what you can do
history = What happened
earlier = Earlier payments
filter = Show
filter-way = Which
filter-least = At least
filter-with = Account has digits
way-both = In and out
way-in = Only in
way-out = Only out
statement = Statement
statement-says = From { $from } to { $to }
from-day = From
to-day = To
show = Show
col-day = Day
col-with = With
col-in = In
col-out = Out
col-balance = Balance
opening = Balance before
closing = Balance after

## One payment
payment-title = Payment
became-posted = Paid: { $money }
became-posted-says = The money is with the payee.
became-held = Held: { $money }
became-held-says = Somebody of the bank looks at it first. Nothing has left for the payee.
became-reserved = Reserved: { $money }
became-reserved-says = The money is kept for the payee and not paid yet.
became-returned = Sent back: { $money }
became-returned-says = It was paid, and sent back by a new payment.
became-voided = Not paid: { $money }
became-voided-says = The money is back with the payer.
became-voiding = Not paid: { $money }
became-voiding-says = The money is back with the payer.
became-expired = Not paid: { $money }
became-expired-says = Its time was over. The money is back with the payer.
status-posted = paid
status-held = held
status-reserved = reserved
status-returned = sent back
status-voided = not paid
status-voiding = not paid
status-expired = time over
fact-status = It is
fact-from = From
fact-to = To
fact-time = When
fact-number = Number
why = Why it was stopped
next-steps = What you can do
void = It was not me, or I changed my mind: do not pay
appeal = I do not agree
appeal-hint = Say in a few words why. No passwords, no names of others. It is kept in the journal.
appeal-send = Send it to a person
appeal-empty = Write a few words.
appealed = A person reads it
appealed-says = It stands in the journal with its time, in the case that a person of the bank works on.
proof-title = Proof
proof-says = The receipt proves for ever, to anybody, that this stands in the bank’s journal.
check-here = Check it in this browser
receipt-keep = Keep the receipt

## Paying
pay-title = Pay
pay-says = Nothing is paid before you have seen everything once more.
pay-from = { $account }: { $money }
pay-from-label = From
pay-to = To account
pay-to-hint = The number, as on a card; spaces do not matter
pay-before = Paid before
pay-amount = Amount
pay-amount-hint = Yuan, like 12.50
pay-text = What for
pay-text-hint = If you like. Only you and the bank can read it.
pay-look = Go on
pay-check = Is this right?
pay-check-says = Look once more before the money leaves.
pay-yes = Pay now
pay-change = Change something
warn-title = Stop for a moment
warn-says = This looks like payments that people were tricked into.
warn-1 = Did somebody call or write and tell you to pay?
warn-2 = Are you told to keep it secret, or to be quick?
warn-3 = Police, courts and banks never have you move money to be safe.
warn-stop = Do not pay
warn-go = I have checked it. Pay all the same
hold-title = Somebody will look first
hold-says = If you go on, the money is reserved, and a person of the bank looks before it is paid.
refuse-title = This cannot be paid
sign-title = Sign this payment
sign-says = It is above what goes without a signature. Your signature is good for this payee and this amount, and for nothing else.
sign-yes = Sign and pay

## Later
orders-title = Payments for later
orders-says = { $orders ->
    [0] You have none.
    [one] You have one.
   *[other] You have { $orders }.
}
order-when = When
order-next = Next
order-end = End it
order-new = A new one
order-first = First on
order-place = Order it
repeats-once = once
repeats-weekly = every week
repeats-monthly = every month

## Checking
check-title = Check it yourself
check-says = Your browser does the mathematics. Nothing is sent to us; you could switch the network off.
check-receipt = The receipt
check-receipt-hint = Its text, from its first line to its last
check-key = The bank’s key
check-key-hint = As the bank publishes it. Compare it with one you have from elsewhere.
check-go = Check
check-no-script = This page needs JavaScript to do the mathematics in your browser. Without it, use the command below.
check-no-record = That receipt is not shown here
check-no-record-says = Record { $record } is not yours, or you are not signed in. Paste a receipt that you have.
check-good = It holds. This record stands in the bank’s journal.
check-bad = It does not hold. Do not trust this receipt.
check-step-form = The receipt has the form of the standard
check-step-record = The record belongs to its batch
check-step-batch = The batch says so itself
check-step-log = The batch stands in the log
check-step-signature = The bank has signed that log
check-fact-entry = Entry
check-fact-size = Entries that were signed
check-fact-money = Amount
check-fact-time = When
check-fact-accounts = From and to
check-means = What this means
check-means-1 = The bank cannot change or take away this record without breaking its own signature.
check-means-2 = Whoever has this receipt can prove it for ever, also if the bank no longer exists.
check-means-3 = It does not say that the record is true in the world outside; only that the bank wrote it, and when.
check-else = The same with a program of your own:

## What went wrong
faults-title = Please look at this
trouble-title = That did not work
trouble-other = The bank did not do it. Nothing was changed.
trouble-not-found = There is nothing here, or it is not yours to see.
trouble-not-an-id = There is nothing here. Perhaps a part of the address is missing.
trouble-forbidden = You may not do this.
trouble-no-party = This page is for customers.
trouble-form-token = This form is too old. Open the page again.
trouble-form-broken = The form did not arrive whole. Send it again.
trouble-link-used = This link was used before, or its time is over.
trouble-invalid = Something is not filled in as it must be.
trouble-wrong = Name, password or code is not right.
trouble-again = That code was used. Wait for the next one.
trouble-late = It took too long. Begin again.
trouble-too-many = Too often. Wait a little.
trouble-busy = The bank is busy. Try again in a moment.
trouble-unavailable = The bank cannot answer now. Try again in a moment.
trouble-in-flight = It is being worked on. Look again in a moment.
trouble-key-reused = This form was sent before with other content. Open the page again.
trouble-failed = Something is wrong in the bank. Nothing was changed.
trouble-other-origin = This came from another site and was not done.
trouble-must-sign = It is above what goes without a signature. Sign it with a code.
trouble-exceeds-credits = There is not enough money on the account.
trouble-exceeds-hold = Money of the account is blocked by order.
trouble-exceeds-transfer-limit = It is more than one payment may be.
trouble-exceeds-daily-limit = It is more than may leave on one day.
trouble-credit-account-not-found = There is no such account here. Look at the number again.
trouble-credit-account-already-closed = That account is closed.
trouble-accounts-must-be-different = An account cannot pay itself.
trouble-accounts-must-have-the-same-ledger = That account has another currency.
trouble-refused-by-risk-control = It looks like theft or a trick, so it is not paid. Call us if it is right.
trouble-payer-must-confirm = Read the warning first.
trouble-schedule-out-of-range = The first day must be a business day that is not over.
trouble-order-already-ended = It was ended before.
field-to = Write the number of an account, like 6299 0000 0000 0247 686.
field-from = Choose one of your accounts.
field-amount = Write an amount like 12.50.
field-money-amount = Write an amount like 12.50.
field-per_payment-amount = Write an amount like 5,000.
field-per_day-amount = Write an amount like 5,000.
field-text = At most 140 letters.
field-first = Choose a day.
field-password = 15 characters or more.

## Who looked
looked-title = Who looked at my data
looked-says = { $looks ->
    [0] Nobody but you.
    [one] One look by somebody else.
   *[other] { $looks } looks by somebody else, the latest first.
}
looked-who = Who
looked-at = At what
looked-name = Name and address
looked-entry = Entry
looked-wrong = If you do not know why somebody looked, ask. You have a right to an answer.

## The tour
tour-page-says = Ten minutes. Leave whenever you like.
tour-phone = The phone of this made-up person shows
tour-phone-says = Type it where a code is asked. A new one comes every half minute; each is good once.
tour-1 = Be a customer: choose Pay, and pay somebody you paid before.
tour-2 = Pay a large amount to a number you never paid. You are warned, or somebody looks first.
tour-3 = Sign a payment above 1,000 yuan with the code of the phone, shown on this page.
tour-4 = Open a payment, and check its receipt in your own browser.
tour-5 = Switch to the large and simple pages, and to the other language.
tour-6 = Read the same bank as a program would: the open API stands at the foot of the front page.

## While a sample bank is made
filling-title = A bank is being made for you
filling-says = A made-up town of people, shops and thieves lives through a month, some { $meant } movements of money. This takes about half a minute; the page goes on by itself.
filling-posting = The town pays, and the bank keeps its books.
filling-verifying = Now every entry is verified, as an outsider would.
filling-done = Movements of money done
filling-refused = Requests refused
filling-records = Records in the journal
filling-again = Look again
pause = Pause updates

## Kinds of payments
kind-1 = Opening balance
kind-101 = Salary
kind-102 = Pension
kind-103 = Rent
kind-104 = School fees
kind-105 = Utilities
kind-106 = Telephone
kind-107 = Tax
kind-108 = Supplies
kind-109 = Allowance
kind-201 = Shop
kind-202 = Market
kind-203 = Restaurant
kind-204 = Online shop
kind-205 = Transit
kind-206 = Hotel
kind-207 = Hospital
kind-301 = Transfer
kind-302 = Red packet
kind-303 = Savings
kind-304 = To another bank
kind-305 = From another bank
kind-401 = Cash paid in
kind-402 = Cash paid out
kind-403 = Cash supply
kind-501 = Fee
kind-502 = Loan repayment
kind-503 = Card repayment
kind-601 = Currency exchange
kind-901 = Account closed
