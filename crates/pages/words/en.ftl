# What the pages say in English. Plain words, short sentences; what somebody must do comes first.

## Around every page
description = Accounts, payments and proofs of a bank whose journal anybody can check.
skip = Skip to the main content
brand = Every figure leads to its entry
brand-care = Large and simple
desks = Desks
care-enter = Large and simple
care-leave = Usual view
look = Language and looks
read-aloud = Read aloud
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
role-teller = teller
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
tour-title = Choose somebody to be
tour-says = This bank is made up, and so are its people. Choose one; no password is needed.
tour-page = The tour in eight steps

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
help-complaint = Tell us. If a payment of yours was held or refused, its page has a form that goes straight to a person, and is kept in the journal with its time.

## Accessibility
accessibility-says = Everybody should be able to use every page. This is what we check with every change.
accessibility-1 = WCAG 2.2: automatic checks up to level AAA on every page, in both languages, light and dark.
accessibility-2 = Everything works by keyboard, without script, at 320 pixels, and at 400 percent.
accessibility-3 = Letters up to 30 pixels; large targets; nothing is said by colour alone.
accessibility-4 = A large and simple way through every task of a customer.
accessibility-5 = Every chart also gives its numbers as a sentence and as a table.
accessibility-not = People who use screen readers have not tested these pages yet. Automatic checks find only a part of what is wrong. If something keeps you out, tell us: a person helps you at once, and we put it right.

## Signing in
sign-in-says = With a passkey, or with name, password and code.
sign-in-first = Sign in, and you come back to where you were. What you typed is kept.
sign-in-lost = I lost my key or my phone
name = User name
password = Password
password-new = A new password
password-hint = 15 characters or more. Several words are easy to remember.
code = Code
code-hint = Six digits from the app on your phone
passkey-says = A passkey is the quickest and the safest: your finger, your face or the PIN of this device.
passkey-use = Use a passkey
passkey-make = Make a passkey
passkey-add = Add a passkey of this device
passkey-failed = That did not work. Try again, or sign in the other way.
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
sessions-says = If you do not recognise one of these, end it and call us.
seen = last seen { $time }
session-end = End it
limits-title = Limits
limits-says = How much may leave account { $account }. Lower is safer.
limit-payment = Most per payment
limit-day = Most per day
limit-hint = Yuan, like 5,000. Empty for no limit.
limits-set = Set the limits
limits-done = The limits are set
limits-cooling = A lower limit counts from the next payment. A higher limit or a shorter wait counts only after the waiting time. Payments already under way are not affected.

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
    [one] One payment is held until somebody has checked it.
   *[other] { $waiting } payments are held until somebody has checked them.
}
home-no-account = You have no open account here.
available = You can use
acts = What you can do
act-pay = Pay
act-pay-says = To family, friends, shops
act-history = Account history
act-history-says = Search, statement, CSV
act-orders = Pay later
act-orders-says = On a day, every week or month
act-limits = Limits
act-limits-says = Set how much may leave
act-looked = Who looked at my data
act-looked-says = Who, when, and at what
act-help-says = Somebody answers
recent = Latest payments
recent-all = All payments
money-in = in
money-out = out
line-from = From ··{ $end }
line-to = To ··{ $end }
line-bank = The bank
lines-none = Nothing yet.
lines-of = { $shown } of the { $all } lines on this page match.
held-title = A payment of yours is held
held-says = We hold it until somebody has checked it. The money is safe.
held-until = Until { $time } at the latest.
held-look = See why, and what you can do
history = Account history
earlier = Earlier payments
filter = Show
filter-way = Which
filter-least = At least
filter-with = Other account contains
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
opening = Opening balance
closing = Closing balance

## One payment
payment-title = Payment
became-posted = Paid: { $money }
became-posted-says = The money is with the payee.
became-held = Held: { $money }
became-held-says = Somebody at the bank checks it first. The payee has received nothing.
became-reserved = Reserved: { $money }
became-reserved-says = The money is set aside for the payee, but not paid yet.
became-returned = Sent back: { $money }
became-returned-says = It was paid, and sent back by a new payment.
became-voided = Not paid: { $money }
became-voided-says = The money is back with the payer.
became-voiding = Not paid: { $money }
became-voiding-says = The money is back with the payer.
became-expired = Not paid: { $money }
became-expired-says = It expired. The money is back with the payer.
status-posted = paid
status-held = held
status-reserved = reserved
status-returned = sent back
status-voided = not paid
status-voiding = not paid
status-expired = expired
fact-status = Status
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
appealed-says = It is in the journal with its time, and goes to the person at the bank who works on the case.
proof-title = Proof
proof-says = The receipt proves for ever, to anybody, that this payment is in the bank’s journal.
check-here = Check it in this browser
receipt-keep = Keep the receipt

## Paying
pay-title = Pay
pay-says = You see everything once more before anything is paid.
pay-from = { $account }: { $money }
pay-from-label = From
pay-to = To account
pay-to-hint = The number, as on a card; spaces do not matter
pay-before = Paid before
pay-amount = Amount
pay-amount-hint = Yuan, like 12.50
pay-text = What for
pay-text-hint = Optional. Only you and the bank can read it.
pay-look = Go on
pay-check = Is this right?
pay-check-says = Look once more before the money leaves.
pay-yes = Pay now
pay-change = Change something
warn-title = Stop for a moment
warn-says = This looks like payments that people were tricked into.
warn-1 = Did somebody call or write and tell you to pay?
warn-2 = Are you told to keep it secret, or to be quick?
warn-3 = Police, courts and banks never ask you to move money to keep it safe.
warn-stop = Do not pay
warn-go = I have checked it. Pay all the same
hold-title = Somebody will check it first
hold-says = If you go on, the money is set aside, and a person at the bank checks it before it is paid.
refuse-title = This cannot be paid
sign-title = Sign this payment
sign-says = The amount is above what can be paid without a signature. Your signature is good for this payee and this amount only.
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
check-good = The receipt is genuine: this record is in the bank’s journal.
check-bad = It does not hold. Do not trust this receipt.
check-step-form = The receipt has the form of the standard
check-step-record = The record belongs to its batch
check-step-batch = The batch has the place in the log that the receipt names
check-step-log = The batch is in the log
check-step-signature = The bank has signed that log
check-fact-entry = Entry
check-fact-size = Entries when it was signed
check-fact-money = Amount
check-fact-time = When
check-fact-accounts = From and to
check-good-figure = It is genuine. The bank wrote down this answer before it showed you the figure.
check-figure = How a figure is checked
check-figure-says = The question and its answer are below, with the receipt of the record in which the bank noted both before it showed you the figure. Change a letter or a number, and it does not hold.
check-sql = The question
check-answer = Its answer
check-answer-hint = Columns with their kinds, and the rows
check-step-question = The record names this question
check-step-answer = And this answer to it
check-fact-saw = Entries the answer rests on
check-fact-asker = Who asked
check-again = Whoever has the journal can check that the answer follows from the entries, by asking again from the entries alone:
check-means = What this means
check-means-1 = The bank cannot change or take away this record without breaking its own signature.
check-means-2 = Whoever has this receipt can prove for ever that the bank wrote this, even if the bank no longer exists.
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
trouble-form-broken = The form did not arrive complete. Send it again.
trouble-link-used = This link was used before, or has expired.
trouble-invalid = Something is not filled in correctly.
trouble-wrong = Name, password or code is not right.
trouble-again = That code was used. Wait for the next one.
trouble-late = It took too long. Begin again.
trouble-too-many = Too often. Wait a little.
trouble-busy = The bank is busy. Try again in a moment.
trouble-unavailable = The bank cannot answer now. Try again in a moment.
trouble-in-flight = It is being worked on. Look again in a moment.
trouble-key-reused = This form was sent before with other content. Open the page again.
trouble-failed = Something is wrong in the bank. Nothing was changed.
trouble-other-origin = This came from another site, so it was not done.
trouble-must-sign = The amount is above what can be paid without a signature. Sign it with a code.
trouble-exceeds-credits = There is not enough money in the account.
trouble-exceeds-hold = Money in the account is blocked by order.
trouble-exceeds-transfer-limit = It is more than one payment may be.
trouble-exceeds-daily-limit = It is more than may leave on one day.
trouble-already-reversed = It was given back before.
trouble-reversed-not-posted = Only what was paid can be given back.
trouble-credit-account-not-found = There is no such account here. Look at the number again.
trouble-credit-account-already-closed = That account is closed.
trouble-accounts-must-be-different = An account cannot pay itself.
trouble-accounts-must-have-the-same-ledger = That account has another currency.
trouble-refused-by-risk-control = It looks like theft or fraud, so it was not paid. If you really want to pay it, call us.
trouble-payer-must-confirm = Read the warning first.
trouble-schedule-out-of-range = The first day must be a business day that has not passed.
trouble-order-already-ended = It has already been ended.
field-to = Write the number of an account, like 6299 0000 0000 0247 686.
field-from = Choose one of your accounts.
field-amount = Write an amount like 12.50.
field-money-amount = Write an amount like 12.50.
field-per_payment-amount = Write an amount like 5,000.
field-per_day-amount = Write an amount like 5,000.
field-text = At most 140 characters.
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
tour-phone-says = Type it where a code is asked for. A new one comes every half minute; each works once.
tour-1 = Be a customer: choose Pay, and pay somebody you paid before.
tour-2 = Be talked into a swindle: pay nearly all you have to a number you never paid. You are warned before anything leaves.
tour-trap = Try it: { $amount }.
tour-3 = Sign a payment above 1,000 yuan with the code of the phone, shown on this page.
tour-4 = Open a payment, and check its receipt in your own browser.
tour-5 = Switch to the large and simple pages, and to the other language.
tour-6 = As the analyst, open a held payment of the last hours: why it was held, and the money around it.

## While a sample bank is made
filling-title = A bank is being made for you
filling-says = A made-up town of people, shops and thieves lives through a month, some { $meant } movements of money. This takes about half a minute; the page goes on by itself.
filling-posting = The town pays, and the bank keeps its books.
filling-verifying = Now every entry is verified, as an outsider would.
filling-done = Movements of money done
filling-refused = Requests refused
filling-records = Records in the journal
look-again = Look again
pause = Pause updates

## Kinds of payments
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

## Desks of the bank's own people
desk-cases = Cases
desk-rules = Rules
left-none = time is up
left-minutes = { $n } min left
left-hours = { $n ->
    [one] 1 hour left
   *[other] { $n } hours left
}
left-days = { $n } days left
ago-minutes = { $n } min ago
ago-hours = { $n ->
    [one] 1 hour ago
   *[other] { $n } hours ago
}
ago-days = { $n } days ago
list-more = Go on

## Cases
cases-views = Which cases
cases-waiting = To be decided
cases-mine = Mine
cases-says = { $n ->
    [0] No case waits for a decision here.
    [one] One case waits for a decision.
   *[other] { $n } cases wait for a decision.
}
cases-first = The first must be settled by { $time }.
cases-none = Nothing is here.
cases-pick = Choose
cases-pick-one = Choose { $case }
cases-chosen = With the chosen ones:
cases-together = Several cases at once
cases-together-says = { $done } of { $all } done. Each case stands for itself.
cases-none-chosen = No case was chosen. Nothing was done.
cases-not = not done
cases-back = All cases
cases-sure = Refuse { $n ->
    [one] one payment?
   *[other] { $n } payments?
}
cases-sure-says = The money goes back to each payer at once. This cannot be taken back.
cases-sure-yes = Yes, refuse them
col-case = Case
col-left = Time left
col-since = Held
col-who = Handled by
col-result = Result
case-called = Case { $end }
case-open = open
case-proposed = one of two has agreed
case-released = released
case-refused = refused
case-lapsed = expired
case-noted = opened by hand
case-passed = paid on expiry
case-nobody = nobody yet
case-nobody-yet = Nobody has taken it yet.
case-claim = Take it
case-claimed = taken
case-claimed-by = { $who } works on it.
case-release = Release
case-refuse = Refuse
case-reported = reported
case-due = To be settled by { $time }.
mark-fraud = fraud
mark-laundering = laundering
mark-mistaken = stopped by mistake
why-by-hand = No rule stopped it. Somebody at the bank opened this case.
why-set = Rule set { $set }
why-says = { $n ->
    [one] One condition was met; the score is { $score }.
   *[other] { $n } conditions were met; the score is { $score }.
}
why-reason = Reason
why-rule = Rule
why-points = Points
why-score = Score
why-more = { $n ->
    [one] One more condition, less severe, was met.
   *[other] { $n } more conditions, less severe, were met.
}
why-model = How likely it is fraud, says the model:
payment-whole = The whole payment
who-show = Show who they are
who-hint = That you looked is noted in the journal; the customers can see it.
who-none = Nobody whom you may see
who-erased = a party that was erased
who-born = born { $day }
holds-owner = owner
holds-joint_owner = joint owner
holds-disponent = may pay
holds-viewer = may look
holds-guardian = guardian
usual-title = Against the usual
usual-says = { $out ->
    [0] Nothing here is new for these accounts. Measured on their latest { $lines } payments.
    [one] One thing is new. Measured on the latest { $lines } payments of each account.
   *[other] { $out } things are new. Measured on the latest { $lines } payments of each account.
 }
usual-what = What
usual-now = This payment
usual-middle = Usually
usual-most = Highest so far
usual-out = not seen before
usual-none = no earlier payments
usual-amount = Paid by the payer in one payment
usual-often = Payments by the payer in a day
usual-got = Received by the payee in one payment
usual-payers = Payers of the payee in a day
usual-known = Payer has paid this payee
usual-first = first time
usual-times = { $n ->
    [0] never
    [one] once
   *[other] { $n } times
 }
flow-title = The money around it
flow-says = The { $n } latest payments of both accounts. The wider a line, the more money; the payment itself is red.
flow-drawing = Drawing: accounts that paid, the payer, the payee, and accounts that were paid
flow-column-0 = Paid the payer
flow-column-1 = Payer
flow-column-2 = Payee
flow-column-3 = Paid by the payee
flow-payer = payer
flow-payee = payee
flow-others = { $n } others
flow-payments = Payments
flow-total = Together
flow-latest = Latest payments of both
flow-whose = Account of
flow-this = this one
steps-title = Done so far
steps-none = Nothing yet.
step-open = Opened by
step-claim = Taken by
step-assign = Passed on by
step-note = Note by
step-evidence = Evidence by
step-link = Linked by
step-release = Release agreed by
step-refuse = Refused by
step-mark = Marked by
step-report = Reported by
step-appeal = Objection by
step-record = record { $n }
decide-title = Decision
decide-proposed = { $who } proposes to release it
decide-proposed-mine = You agreed first. Another chief analyst must check it and agree too; you cannot be both.
decide-proposed-says = If you agree, the money is paid. If not, refuse, and it goes back.
decide-not-you = A chief analyst decides. Write down below what you found.
decide-anothers = { $who } has taken this case and decides it.
decide-hint = Where two people must agree, the first yes is a proposal and a second person decides.
decided-released = The payment was released. The case stays here for reference.
decided-refused = The money went back to the payer.
decided-lapsed = Nobody decided in time; the money went back to the payer.
decided-noted = There is nothing to decide.
decided-passed = Nobody decided in time; the payment was made, as its rule says.
work-title = Work on it
work-what = What you write down
work-text = Text
work-text-hint = It is kept in the journal in plain text: no names or numbers of customers.
work-write = Write it down
work-mark = What it was
work-mark-do = Mark it
work-link = Another payment of the same story
work-link-hint = Its number, pay_…
work-link-do = Link it
write-note = A note
write-evidence = Evidence: what and where
write-report = A report’s number
rules-none = No rule set judges now.
rules-says = { $set } judges now. Of { $judged } payments, { $stopped } did not go straight through: { $share }.
rules-number = No.
rules-stage = State
rules-judged = Judged
rules-stopped = Not let through
rules-share = Share
rules-by = Adopted by
rules-program = Program
rules-model = Model
stage-shadow = only watches
stage-canary = on trial
stage-active = in force
stage-over = ended
field-other = Write the number of a payment, like pay_0198….
trouble-case-not-found = There is no such case.
trouble-case-decided = It has already been decided, perhaps just now by somebody else.
trouble-case-is-anothers = Somebody else has taken this case. Only they can decide it.
trouble-needs-other-eyes = You agreed first. Somebody else must agree as well.
trouble-subject-not-found = There is no such payment.
trouble-exists = That is so already.
trouble-pending-transfer-not-pending = There is nothing to decide here.

## Operations
desk-overview = Overview
desk-payments = Find
desk-journal = Journal
overview-title = How the bank is doing
overview-says = { $n ->
    [0] Nothing needs a person now.
    [one] One matter needs a person.
   *[other] { $n } matters need a person.
}
figure-payments = Payments today
figure-payments-d = { $day }; the business day before { $before }
figure-moved = Moved today
figure-moved-d = in the largest currency
figure-straight = Let through without delay
figure-cases = Cases to be decided
figure-cases-d = somebody’s money waits
figure-records = Records in the journal
figure-records-d = in { $entries } entries
hours-says = { $day }: most came in the hour from { $hour }, { $n }.
hours-hour = Hour
hours-payments = Payments
needs-title = Needs a person
needs-all = { $n ->
    [0] Cases
   *[other] All { $n }
}
needs-none = Nobody has to do anything now.
needs-held = Held:
needs-second = second person
approval-recovery = Let somebody in again
approval-emergency = Wider rights in an emergency
approval-role = A role
approval-about = For { $user }, asked for by { $by }.
ruling-approve = Let through
ruling-ask = Payer was warned
ruling-hold = Held for a person
ruling-refuse = Refused
rulings-says = Of { $n } payments, { $share } did not go straight through. The bar shows only those.
rulings-what = Decision
rulings-all = All
query-hours = Payments per hour
query-days = Payments per business day
query-money = Money moved on the business day
query-rulings = What risk control said
query-says = The question behind the figure, and its whole answer.
query-sql = The question
query-again = Ask it yourself, over the same tables:
query-answer = The answer
query-digest = Digest of the rows (SHA-256):
find-says = A payment, an account or a case, by its number.
find-number = Number
find-hint = An account like 6299 0000 0000 0247 686, pay_…, case_…, or the six letters that a case is called by
find-go = Find
journal-title = Journal
journal-says = { $records } records in { $entries } entries, the newest first. Nothing in it is ever changed.
journal-now = The journal now
journal-all = All of it
journal-newest = The newest
journal-older = Older
journal-record = Record
journal-what = What
journal-object = Amount or object
record-title = Record { $n }
record-says = { $what }, { $time }.
record-untold = What this record says is not shown here. Its receipt proves it all the same.
record-row = Row in its entry
record-beside = Records beside it
record-before = The one before
record-after = The one after
event-payment-posted = Payment made
event-payment-reserved = Payment reserved
event-payment-held = Payment held for a person
event-payment-voided = Payment given back
event-payment-refused = Payment refused
event-payment-expired = Reservation expired
event-account-opened = Account opened
event-party-registered = Party registered
event-party-erased = Party erased
event-role-granted = Role on an account given
event-role-revoked = Role on an account taken
event-limits-set = Limits set
event-hold-placed = Money blocked by order
event-hold-released = Block lifted
event-entry-posted = Entry of several legs
event-day-closed = Business day closed
event-case-worked = Case worked on
event-rules-adopted = Rule set adopted
event-rules-withdrawn = Rule set ended

## Administration
desk-people = People
desk-approvals = Approvals
desk-sessions = Sessions
desk-programs = Programs
people-says = { $n ->
    [one] One person may sign in.
   *[other] { $n } people may sign in.
}
people-roles = Roles
people-key = Signs in with
people-since = Since
people-disabled = shut out
people-passkeys = { $n ->
    [one] one passkey
   *[other] { $n } passkeys
}
people-password = password and code
people-no-key = no key yet
people-add = Let somebody in
people-name-hint = 1 to 64 of a–z, 0–9, dot and dash. It cannot be changed later.
people-role = First role
people-role-hint = A role that touches money or identity counts when a second administrator has agreed.
people-party = Number of the party
people-party-hint = Only for customers: pty_…
people-add-do = Make a link
people-back-to = To { $user }
people-no-role = No role. Nothing is allowed.
people-until = until { $time }
people-give = Another role
people-give-do = Give it
people-coming-in = Coming in
people-link = Make a new link
people-link-hint = The earlier link stops working.
people-enable = Let in again
people-disable = Shut out
people-disable-hint = It counts at once; sessions end.
people-recovery = All keys are lost
people-recovery-hint = Why, in one line. A second person must agree.
people-recovery-do = Ask for a new link
link-new = A link for { $user }
link-new-says = Give it to that person alone, by a way you trust.
link-new-once = It opens once, and is shown this once
link-new-until = Good until { $time }.
approvals-says = { $n ->
    [0] Nothing waits for a second person.
    [one] One matter waits for a second person.
   *[other] { $n } matters wait for a second person.
}
approvals-day = What nobody has decided within a day expires.
approval-waits = Something waits for a second person
approval-waits-says = It does not count before somebody else has agreed.
approval-mine = You asked for it. Somebody else must agree.
approval-about-me = It is about you. Somebody else must agree.
approval-yes = Agree
approval-no = Refuse
approval-back = Take it back
all-sessions-says = { $n ->
    [one] One sign-in is open.
   *[other] { $n } sessions are open.
}
session-seen = Last seen
session-from = From
programs-says = { $n ->
    [0] No program may use the API yet.
    [one] One program may use the API.
   *[other] { $n } programs may use the API.
}
programs-scopes = May ask for
programs-keys = Keys
programs-keys-n = { $n }
programs-change = Shut out or let in
programs-add = A program brings public keys, so it is added at the console or over the API:
rights-title = Rights: { $role }
rights-says = Whatever is not listed is denied. The list is the table that the tests of the policies keep.
rights-what = May
rights-whose = Whose
rights-others = Other roles
trouble-conflict = That cannot be done as things stand.
right-party-read = see who somebody is, and what they have here
right-party-write = register people and organisations
right-party-erase = have somebody’s data erased
right-account-read = see an account
right-account-open = open an account
right-account-write = change or close an account
right-balance-read = see a balance
right-statement-read = read a statement
right-holder-read = see who may use an account
right-holder-write = let others use an account, or no longer
right-helper-read = see who helps with an account
right-helper-write = let somebody see an account
right-helper-end = end that somebody sees an account
right-limit-read = see limits
right-limit-write = set limits
right-limit-loosen = let more leave an account
right-payment-read = see a payment
right-payment-create = pay
right-payment-approve = approve payments
right-payment-return = send a payment back
right-payment-reverse = reverse a payment
right-batch-read = see files of payments
right-batch-create = send files of payments
right-batch-approve = approve files of payments
right-pending-post = make a reserved payment final
right-pending-void = give a reserved payment back
right-scheduled-read = see payments for later
right-scheduled-write = order payments for later
right-standing-read = see repeated payments
right-standing-write = order repeated payments
right-standing-end = end payments ordered for later
right-hold-read = see blocked money
right-hold-place = block money
right-hold-lift = lift a block
right-case-read = see a case
right-case-history = see what was noted and done about a case
right-case-work = work on a case
right-case-decide = decide a case
right-screening-ask = ask the lists of sanctions
right-rules-read = see the rules
right-rules-propose = propose rules
right-rules-adopt = adopt rules
right-query-ask = ask the tables
right-query-personal = see personal columns of the tables
right-report-read = read reports
right-proof-read = have receipts
right-journal-read = see where the journal stands
right-event-read = follow what happens
right-webhook-read = see webhooks
right-webhook-write = set webhooks up
right-day-close = close the business day
right-message-acknowledge = say that somebody saw to a message
right-user-read = see who may sign in
right-customer-let-in = let a customer sign in who never did
right-user-write = let people in, or shut them out
right-user-role = give and take roles
right-client-read = see programs
right-client-write = let programs in, or shut them out
right-session-read = see where others are signed in
right-session-end = end sessions of others
right-recovery-ask = ask that somebody be let in again
right-recovery-approve = agree that somebody be let in again
right-break-glass-ask = ask for wider rights in an emergency
right-break-glass-approve = agree to wider rights in an emergency
right-health-read = see whether the bank is well
right-metrics-read = read the figures of operation
cell-all = anybody’s
cell-own = their own
cell-pay = their own, if they may pay from it
cell-see = of those they help
cell-2 = never what they made themselves
cell-s = with a signature, of payments above a limit
cell-m = not above a limit

## The counter
desk-counter = Counter
counter-says = Who stands before you? Look at their identity card first.
counter-find = Name or number
counter-find-hint = The beginning of a name, or the number of a customer or an account. Whoever is found can see that you looked.
counter-compare = Compare with their document. That you looked is noted in the journal.
counter-next = The next customer
counter-identity = Identity
identity-name = Name
identity-birth-date = Born
identity-address = Address
identity-country = Country
counter-accounts = { $n ->
    [0] No open account
    [one] One account
   *[other] { $n } accounts
}
counter-open = Open an account
counter-open-do = Open it
counter-warn = Read this to the customer. Go on only if they want it nevertheless.
cash-title = Cash
cash-way = In or out
cash-in = Paid in
cash-out = Paid out
cash-till = Number of the till
cash-till-wrong = Write the number of the till’s account.
cash-do = Book it
cash-all-the-same = The customer wants it: book it

## Developers
desk-developers = Developers
developers-says = { $n ->
    [0] The open API. You have no webhook yet.
    [one] The open API, and one webhook of yours.
   *[other] The open API, and { $n } webhooks of yours.
}
developers-reference = Reference
developers-reference-says = Every operation, with examples
developers-openapi-says = The document, version 3.1
developers-programs-says = Who may use the API
webhooks-title = Webhooks
webhooks-url = Address
webhooks-new = Send events to
webhooks-new-hint = https://…, reachable from the internet
webhooks-new-do = Add it
webhooks-made = The webhook is there
webhooks-made-says = Its messages are signed with this secret. It is shown this once.
webhooks-secret = Secret
webhook-title = Webhook
webhook-after = Delivered up to record { $n }.
webhook-test = Send a test
webhook-told = Latest messages
webhook-none = None since the program started.
webhook-taken = accepted
webhook-not-taken = not accepted
hook-active = active
hook-paused = paused
hook-gave-up = gave up
hook-gone = gone
hook-not-allowed = not allowed
hook-lost = lost
work-assign = Give it to
work-assign-hint = Whom you choose works on it from now on; a chief analyst decides
work-assign-nobody = Choose somebody who works on cases.
work-assign-do = Give it
as-text = { $what } as text

## The rules desk
rules-views = Parts of this desk
rules-view-sets = Rule sets
rules-view-quality = How well they did
rules-view-models = Models
rules-change = Change the rules
rules-counted = Counted in the journal since each set was adopted; each attempt at a payment counts. Precision looks at marked payments only, and stands with its probable range.
rules-sets = Rule sets
rules-asked = Warned
rules-held = Held
rules-refused = Refused
rules-precision = Precision
rules-recall = Recall
rules-proposed-by = proposed by { $who }
rules-reading = The journal is still being read; the figures grow.
rules-back = Back
set-called = No. { $n } “{ $name }”
set-says = { $n ->
    [one] One rule
   *[other] { $n } rules
 }, in the order of the program.
set-rules = Rules
set-edit = Change a copy of it
set-holds = A held payment
set-holds-refuse = { $n ->
    [one] waits an hour, then goes back
   *[other] waits { $n } hours, then goes back
 }
set-holds-release = { $n ->
    [one] waits an hour, then is posted
   *[other] waits { $n } hours, then is posted
 }
set-ends = Ends by itself
set-ends-says = when it stops more than { $share } of payments
set-text = Text
set-text-show = Show the text
set-text-none = Its text was not kept when it was adopted. Bring it in again with the command line: tj risk rules adopt.
set-text-shipped = These are the rules shipped with the software; they compile to the same program.
set-end = End this set
set-end-says = The set that was active before it judges again. If there was none, nothing is judged.
set-end-do = End it
set-end-sure = End rule set { $n }?
set-end-yes = Yes, end it
by-rule-title = How well each rule did
by-rule-hint = A verdict names only its first three reasons; a rule further down is not counted for that payment.
marks-marked = Marked
marks-right = Rightly stopped
lists-title = Lists
lists-none = This set looks at no lists.
lists-changed-by = As { $who } gave them.
lists-say = A list is a file of the text that ends in .list. Change the text to propose another list.
list-name = List
list-names = Names
list-of-accounts = accounts
list-of-parties = customers
rule-name = Rule
rule-demands = Demands
rule-points = Points
rule-says = What it says
trial-title = On trial, beside the set that judges
trial-shadow = The shadow judges nothing. What it would have done is counted.
trial-canary = The canary judges some accounts; all others are judged as before.
trial-lost = Let through, where the other would not
trial-hint = Both cover the same days only if they were adopted on the same day. Counting starts again after a number of payments.
drafts-need-you = { $n ->
    [one] One proposal waits for your decision
   *[other] { $n } proposals wait for your decision
 }
drafts-wait = { $n ->
    [one] One proposal waits for somebody else
   *[other] { $n } proposals wait for somebody else
 }
drafts-decided = Decided proposals
draft-by = { $who }, { $ago }
draft-by-you = yours, { $ago }
draft-on-trial = on trial as No. { $set }
draft-open = waits
draft-adopted = adopted
draft-withdrawn = withdrawn
draft-title = Proposal “{ $name }”
draft-became = rule set { $set }
draft-changes = What it changes
draft-nothing-in-force = Nothing judges now, so everything in it is new.
draft-no-text = The text of the set in force was not kept, so it cannot be compared.
draft-edit = Go on with the text
draft-own = You proposed it
draft-own-says = Somebody else adopts it: a chief analyst who is not you.
draft-take-back = Take it back
draft-turn-down = Turn it down
draft-waits = It waits for a chief analyst
draft-waits-says = You can run it over the past meanwhile.
adopt-title = Your decision
adopt-says = Begin with a shadow: it stops nobody, and you see what it would do. A proposal may go on trial first and judge later.
adopt-stage = How far it may go
adopt-shadow = Shadow: judges nothing, is counted
adopt-canary = Canary: judges some accounts
adopt-active = Active: judges every payment
adopt-share = Share of accounts, in percent
adopt-share-hint = Only for a canary, like 5
adopt-share-wrong = Write the share in percent, above 0 and at most 100.
adopt-do = Adopt it
edit-title = Change the rules
edit-says = A copy of rule set { $set }. Nothing changes until somebody else adopts it.
edit-says-new = A new set. Nothing changes until somebody else adopts it.
edit-no-text = There is no text to begin with
edit-no-text-says = The text of this set was not kept when it was adopted. Type a new one below, or bring it in with the command line.
edit-text = Rules
edit-text-hint = A line === PACK/FILE === begins each file. The Tab key leaves the field.
edit-check = Check
edit-diff = Show what changed
edit-replay = Replay on history
edit-rules = { $n ->
    [one] One rule of this text
   *[other] { $n } rules of this text
 }
edit-propose = Propose it
edit-propose-says = It is kept with your name. A chief analyst who is not you decides.
edit-propose-do = Propose
edit-name = Name of the set
edit-why = Why
edit-why-hint = For whoever decides; it stands in no journal
edit-wrong = The text has faults; see beside it.
check-sound = No faults found
check-sound-says = { $rules ->
    [one] One rule
   *[other] { $rules } rules
 } over { $features ->
    [one] one feature
   *[other] { $features } features
 }.
check-faults = { $n ->
    [one] One fault
   *[other] { $n } faults
 }
check-warnings = Perhaps not meant
check-place = Line { $line }, character { $column }
check-line = Line { $line }
diff-title = What changed
diff-none = Nothing.
diff-too-long = The texts are too long and too different to be compared here.
diff-says = { $new ->
    [one] One line new
   *[other] { $new } lines new
 }, { $gone ->
    [one] one gone
   *[other] { $gone } gone
 }.
features-summary = What rules may look at: { $n } features
features-find = Find a feature
features-find-hint = A part of its name or meaning, like payee or night
features-find-do = Find
features-found = { $n ->
    [one] One feature
   *[other] { $n } features
 }
features-region = Features
runs-title = Replays
run-title = Replay on history
run-of-set = Rule set { $set }
run-of-draft = A proposal
run-of-text = A text from the editor
run-running = running
run-done = done
run-stopped = stopped
run-failed = failed
run-failed-title = It failed
run-stopped-says = It was stopped before its end, so nothing is told.
run-progress = { $done } of { $all } entries of the journal
run-look-again = Look again
run-stop = Stop it
run-edit = Back to the text, to change or propose it
run-draft = To the proposal
run-would = What it would decide
run-says = Of { $judged } payments it would warn about { $ask }, hold { $hold } and refuse { $refuse }: { $share } in all.
run-payments = Payments
run-payers = Payers
run-money = Money
run-examples = Such as
run-changed = What would change
run-changed-says = { $n ->
    [0] No payment would be decided differently.
    [one] One payment would be decided differently.
   *[other] { $n } payments would be decided differently.
 }
run-was = Was
run-would-be = Would be
run-unjudged = not judged
run-outcomes = By decision
run-rules = By rule
run-alone = Alone
run-hint = Each payment is judged by the code that judges payments now, with the bank as it was then. What was refused then never happened and is not included. Precision rests on how cases were marked.
replay-running-look = Look at the one that runs
trouble-replay-running = Another replay is running. Wait for it or stop it.
trouble-own-proposal = You proposed it, so somebody else must adopt it.
trouble-rules-wrong = The text has faults.
trouble-too-many-drafts = Too many proposals wait. Decide about some first.
quality-title = How well rules did
quality-says = { $stopped } payments did not go straight through, and { $marked } of them have been marked. Of { $known } payments found to be fraud or laundering, { $missed } had gone straight through.
quality-none = No case has been marked yet.
quality-unknown = Nothing has been marked yet.
quality-precision-says = In { $month }, { $share } of the marked payments that did not go straight through were rightly stopped (probably { $low } to { $high }).
quality-recall-says = In { $month }, { $share } of the fraud and laundering that was found had been stopped (probably { $low } to { $high }).
quality-month = Month
quality-percent = Percent
quality-months = Month by month
quality-missed = Missed
quality-hint = Counted from the marks on cases. Unmarked payments count in neither share, and recall knows only what somebody marked. Ranges are Wilson intervals at 95 %.
models-title = Models
models-says = { $n ->
    [0] No rule set uses a model.
    [one] One model is used by rule sets.
   *[other] { $n } models are used by rule sets.
 }
models-hint = A model can be trained from the bank’s own past on the command line, with its golden rows:
tour-7 = Still as the analyst, change a rule, replay it on the whole history, and propose it. As the chief analyst, adopt it.
tour-8 = Look at it as an outsider: every figure has its proof, and the reference of the open API is on the front page under “For programs”.
sign-in-ended = Your sign-in has ended
sign-in-ended-says = What you typed is here. Copy it, sign in, and paste it again.
sign-in-ended-typed = What you typed
## Phones without an app
phone-back = 0 Back
phone-more = 9 More
phone-person = Ask a person
phone-hang-up = End
phone-bye = Goodbye.
phone-wrong = That is no choice here.
phone-pin = { $bank }. Your PIN, 6 digits?
phone-pin-wrong = That PIN is not right.
phone-pin-locked = Too many wrong PINs. Make a new PIN on the bank's pages, or call { $number }.
phone-wait = Too many tries. Dial again in a few minutes.
phone-unknown = No account signs in with this number. To set it up, call { $number }.
phone-shut = This sign-in is closed. Call { $number }.
phone-busy = The bank cannot answer now. Nothing was lost. Try again.
phone-again = It took too long. Begin again: dial anew.
phone-menu-balance = Balance
phone-menu-lines = Last payments
phone-menu-pay = Pay
phone-menu-stopped = Held and refused
phone-menu-later = Payments for later
phone-menu-limits = Limits
phone-menu-looked = Who looked
phone-menu-block = Stop everything
phone-menu-language = Zhongwen
phone-menu-card = Code card
phone-choose = Which account?
phone-no-account = You have no account that can do this.
phone-balance = Account { $account }: { $booked }
phone-balance-free = Account { $account }: { $booked }, free { $free }
phone-bank = bank
phone-none-lines = Nothing happened yet.
phone-to = Number of the account to pay?
phone-to-before = Pay whom? Choose, or type the account's number.
phone-to-wrong = That is no account's number.
phone-amount = How much to ..{ $to }? You have { $free }. 12*50 is 12.50
phone-amount-wrong = That is no amount. 12*50 is 12.50
phone-confirm = Pay { $money } from ..{ $from } to { $to }
phone-yes = Yes, pay
phone-hold = Somebody at the bank looks at it first.
phone-warn = WAIT. This may be a fraud.
phone-warn-stop = Somebody told you to pay this? Do not pay. 0 leads back, * to a person.
phone-warn-go = Pay nevertheless
phone-refused = This cannot be paid. { $why }
phone-sign = Code { $n } of your card, to pay { $money } to ..{ $to }?
phone-code-wrong = That code is not right.
phone-no-card = You have no card of codes that can sign. Make one on the bank's pages.
phone-card = Your card has { $left ->
    [one] one code
   *[other] { $left } codes
 } left.
phone-paid = Paid { $money } to ..{ $to }. Receipt: record { $record }. Anybody can check it at { $site }
phone-held = { $money } to ..{ $to } is kept back: somebody at the bank looks at it first. See Held and refused.
phone-unsure = Sent: { $money } to ..{ $to }. No answer yet. It is paid once, however often you ask.
phone-ask-again = Ask again
phone-unseen = Since your last call: { $receipt }
phone-sim = This phone has another SIM than before. It pays nothing until you confirm the SIM on the bank's pages or with a person.
phone-none-stopped = No payment of yours is held or was refused.
phone-stopped = Payments that somebody looked at:
phone-case-open = held
phone-case-proposed = held
phone-case-refused = refused
phone-case-lapsed = not decided
phone-case-released = let go
phone-case-noted = noted
phone-case-says-open = { $money }, held on { $day }: it looked unusual, and a person decides.
phone-case-says-proposed = { $money }, held on { $day }: one person would let it go, another must agree.
phone-case-says-refused = { $money } of { $day } was refused by a person. The money is yours again.
phone-case-says-lapsed = { $money } of { $day } was not decided in time. The money is yours again.
phone-case-says-released = { $money } of { $day } was let go.
phone-case-says-noted = { $money } of { $day }: somebody noted it.
phone-appeal = I object
phone-appeal-why = Why?
phone-appeal-1 = I know whom I pay
phone-appeal-2 = It is urgent
phone-appeal-3 = Please call me
phone-appealed = Your objection is with the person who decides. You find the answer under Held and refused.
phone-none-later = No payment of yours waits for a later day.
phone-later = Payments for later:
phone-later-one = { $money } to ..{ $to }, { $repeats }, next { $next }
phone-later-end = End it
phone-later-ended = It is ended. Nothing more is paid.
phone-limits = Account { $account } may pay at most: at once { $one }, a day { $day }. Only lower here.
phone-limit-none = no limit
phone-limit-one = Lower: at once
phone-limit-day = Lower: a day
phone-limit-new-one = Most for one payment? 100 is 100.00
phone-limit-new-day = Most for a day? 100 is 100.00
phone-limit-lower = It is { $now } now, and here it can only be lowered.
phone-limit-set = The limit is set, from now on.
phone-looked = Of the bank, looked at your data:
phone-none-looked = Nobody at the bank looked at your data.
phone-block = Stop everything? Your accounts pay nothing any more, your card ends, other sessions end.
phone-block-yes = Yes, stop everything
phone-blocked = { $stopped ->
    [one] One account pays
   *[other] { $stopped } accounts pay
 } nothing from now on.{ $not ->
    [0] {""}
   *[other] {" "}{ $not } could not be stopped: call now!
 } Nobody calls you by itself. To undo it, call { $number }.
phone-person-says = A person answers at { $number }. Never tell anybody your PIN or a code.

## Short messages
sms-left = { $money } left your account ..{ $own } for account ..{ $other }. Not you? Call the bank at the number on your card.
sms-came = { $money } came to your account ..{ $own } from account ..{ $other }.
sms-held = { $money } to account ..{ $other } is kept back on your account ..{ $own }: a person at the bank looks first.
sms-refused = { $money } to account ..{ $other } was not paid. Your account ..{ $own } is as before.
sms-released = A payment of yours that was kept back was let go.
sms-kept = A payment of yours that was kept back was refused. The money is yours again. You may object.
sms-code = Code { $n } of your card was used; { $left ->
    [one] one is
   *[other] { $left } are
 } left. Not you? Call the bank at once. Never tell anybody a code.
sms-card-low = Your card has { $left ->
    [0] no code
    [one] one code
   *[other] { $left } codes
 } left. Make a new one on the bank's pages.

## One's phone without an app
handset-title = Phone without an app
handset-says = Any phone with keys can see your accounts and pay: with a PIN, and for large payments with a code from a printed card.
handset-phone = The phone
handset-idle = Press Dial.
handset-dial = Dial
handset-typed = Keys you press
handset-send = Send
handset-keys = Single keys, sent at once
handset-sms = Short message:
handset-sample = A phone with keys, for trying
handset-sample-says = The PIN is { $pin }. A code of the card counts once.
handset-number-title = Number and PIN
handset-number = Number of the phone
handset-number-hint = With the country’s code, like +86 138 0013 8007
handset-pin = PIN
handset-pin-hint = Six digits that nobody would guess
handset-set = Let this phone sign in
handset-change = Change number or PIN
handset-remove = Stop this phone signing in
handset-locked = Too many wrong PINs in a row. Choose a new PIN.
handset-sim = Your phone has a different SIM
handset-sim-says = It can look, but not pay. If you did not change the SIM, somebody may have taken your number: ask a person.
handset-sim-yes = The new SIM is mine
handset-card = Card of codes
handset-card-says = 24 codes on paper. Each signs one payment above the limit, and only the one you are asked for.
handset-card-locked = Too many wrong codes in a row. Make a new card.
handset-card-make = Make a new card
handset-card-end = End the card
handset-card-once = Print it now or write it down: it is shown this once. The card before has ended.
handset-card-keep = Keep it at home, apart from the phone. The bank never asks for a code by itself, neither on the telephone nor in a message.
handset-card-done = I have it
field-pin = Six digits: no runs, no repeats, no part of the number.
field-number = Write + and the number with the country’s code.
handset-number-taken = Another customer’s phone signs in with this number. Ask a person.
## Messages, exceptions, the day, health, keys
unknown = not known
live-cases = { $n ->
    [0] No case waits.
    [one] One case waits.
   *[other] { $n } cases wait.
}
desk-messages = Messages
messages-says = { $n ->
    [0] { $all } messages here. No message waits to be handled.
    [one] { $all } messages here. One of which something was refused waits to be handled.
   *[other] { $all } messages here. { $n } of which something was refused wait to be handled.
}
messages-views = Which messages
messages-all = All
messages-in = Came in
messages-out = Went out
messages-refused = Refused in part or whole
messages-none = There is no message here.
messages-number = Number of the message
messages-what = What it is
messages-whose = From or to
messages-payments = Payments
messages-not-done = Not done
messages-unread = could not be read
messages-to = to { $who }
messages-folder = the bank’s own folder
messages-from-folder = { $who }, by the folder
messages-from-bank = the bank { $who }
messages-from-client = the program { $who }
messages-from-person = { $who }
messages-state-sent = sent
messages-state-unread = not read
messages-state-refused = refused
messages-state-part = refused in part
messages-state-waits = waits
messages-state-done = done
messages-send = Submit a message
messages-send-says = A customer’s file of payments (pain.001), or a message of another bank (pacs.008, pacs.004, pacs.002). Each payment is judged like any other; a message that comes twice is done once.
messages-file = File
messages-file-hint = XML in UTF-8, at most 8 MB
messages-text = Or its text
messages-text-hint = Paste the message here.
messages-send-do = Submit
messages-empty = Choose a file, or paste a message.
messages-wrong-line = Line { $line }, column { $column }: this cannot be read ({ $code }).
messages-wrong-where = Where it is wrong
messages-each = Every payment
messages-only-rejected = Only what was not done
messages-refused-whole = Nothing of this message was done
messages-refused-next = Its sender has received the same answer. Correct payments may be sent again under a new number.
messages-posted = Posted
messages-waiting = Waiting
messages-about = About this message
messages-received = Submitted
messages-by = By
messages-created = Created, as stated
messages-sum = Total, as stated
messages-block = Block
messages-answer = The answer, as a file
messages-no-payments = There are no payments to show.
messages-called = Sender’s reference
messages-why = Why
messages-item-posted = posted
messages-item-reserved = reserved
messages-item-held = held: somebody checks it first
messages-item-refused = not done
messages-item-received = received
message-pain-001 = A customer’s payments
message-pain-002 = What became of a customer’s payments
message-pacs-008 = Payments between banks
message-pacs-002 = What became of payments between banks
message-pacs-004 = Payments that come back
message-camt-052 = An account during the day
message-camt-053 = An account’s statement
message-camt-054 = An account, entry by entry
message-head-001 = A header, and a payment behind it
reason-ac01 = the account’s number is wrong or missing
reason-ac02 = the payer’s account is not one of this bank, or not the sender’s to pay from
reason-ac03 = the payee’s account number is wrong or missing
reason-ac04 = the account is closed
reason-ac05 = the payer’s account is closed
reason-ac06 = the account is blocked
reason-ac07 = the payee’s account is closed
reason-ac09 = the account’s currency is wrong or missing
reason-ag01 = this is not allowed on such an account
reason-ag03 = this kind of payment is not offered
reason-am01 = the amount is zero
reason-am02 = the amount is more than is allowed
reason-am03 = the bank does not handle this currency
reason-am04 = there is not enough money
reason-am05 = duplicate: it came before
reason-am07 = the money is blocked by an authority
reason-am09 = the amount is not the one that was agreed
reason-am10 = the amounts do not add up to the sum that is given
reason-am11 = the currency is wrong or missing
reason-am12 = the amount is wrong or missing
reason-am14 = it is more than the customer’s limit
reason-am18 = the number of payments is wrong or missing
reason-curr = the payment’s currency is not right
reason-dt01 = a date is wrong or missing
reason-du01 = another message has this number
reason-du02 = another block has this number
reason-du03 = another payment has this number
reason-du04 = another payment has this end-to-end number
reason-du05 = another payment has this instruction number
reason-ff01 = the file is incomplete or not in the right form
reason-ff10 = a technical fault of the bank
reason-indt = something does not fit its field
reason-ms03 = the bank gives no reason
reason-narr = explained in the message’s own text
reason-rc01 = a bank’s code has the wrong form
reason-rr04 = for a legal reason
reason-utnv = the payment it speaks of was not found
desk-exceptions = Exceptions
exceptions-says = { $n ->
    [0] Nothing needs attention.
    [one] One thing needs attention.
   *[other] { $n } things need attention.
}
exceptions-messages = Messages with payments that were not done
exceptions-all-messages = All of them
exceptions-messages-part = Look at each payment of it
exceptions-no-messages = Every payment of every message was done.
exceptions-n-of = { $n } of { $all } not done
exceptions-orders = Standing orders that could not be paid
exceptions-no-orders = Every order of the last 30 days was paid, or is still being tried.
exceptions-order-was = Was due on { $day }, to the account ending in { $to }. Refused on three business days.
exceptions-orders-next = The bank does not try again. Tell the customer; they may pay by hand.
exceptions-pending = Reservations that expire soon
exceptions-ends = Expires
exceptions-way = From and to
exceptions-do = What to do
exceptions-post = Post it
exceptions-void = Give it back
exceptions-no-refused = No payment was refused on this business day.
exceptions-hooks = Webhooks that stopped
exceptions-no-hooks = Every webhook works.
exceptions-hook-of = Made by { $who }
exceptions-hooks-next = Tell its owner. Once the receiver works again, the owner makes the webhook active, and it goes on where it stopped.
exceptions-holds = { $n ->
    [0] No money is blocked by order.
    [one] Money is blocked by one order.
   *[other] Money is blocked by { $n } orders.
}
exceptions-to-holds = See them
query-refused = Payments refused on the business day, by reason
query-checks = What the quality rules found
query-closes = Days that were closed
query-denials = Who was turned away on the business day
holds-title = Blocked by order
holds-says = { $n ->
    [0] No money is blocked by order.
    [one] One order blocks money. What is blocked may come in but not go out.
   *[other] { $n } orders block money. What is blocked may come in but not go out.
}
holds-none = No order is in force.
holds-by = Ordered by
holds-reference = File number
holds-reference-hint = Of the order; no name
holds-reference-empty = Write the order’s file number.
holds-everything = everything
holds-release = Lift it
holds-place = Block money
holds-account = Number of the account
holds-account-wrong = Write the number of an account.
holds-amount-hint = Leave it empty to block everything
holds-place-do = Block it
ordered-court = A court
ordered-aml = An authority against money laundering
ordered-tax = A tax or customs authority
ordered-bank = The bank, by contract
trouble-hold-already-released = It has already been lifted.
trouble-hold-needs-debit-limit = Money of an account that may be overdrawn cannot be blocked.
trouble-hold-amount-must-not-be-zero = Write an amount above zero, or none to block everything.
trouble-day-not-open = That day has already been closed, perhaps just now by somebody else.
trouble-next-day-out-of-range = That day cannot be the next business day.
trouble-file-too-large = The file is larger than 8 MB. Send it through the API or the folder.
desk-day = Business day
day-says-over = The bank still books on { $day }; today is { $today }. Close the day.
day-says-now = The bank books on { $day }, which is today.
day-says-ahead = The bank books on { $day }; today is { $today }.
day-business = Business day
day-calendar = Today is { $day }
day-orders = Orders due
day-orders-d = paid automatically
day-to-cases = See them
day-reservations = Reservations
day-close = Close the day
day-close-interest = Interest accrues up to the next day.
day-close-next = The next business day begins; later payments are booked on it.
day-close-orders = Standing orders due on the next day are paid automatically within seconds.
day-close-do = Close { $day }
day-close-who = Operations staff close the day.
day-sure = Close { $day }?
day-early = By the calendar, this day is not over yet.
day-no-way-back = A closed day cannot be opened again.
day-close-sure = Yes, close it
day-not-now = Not now
day-closed = { $day } is closed
day-closed-says = The next business day has begun. Its orders are being paid.
day-booked = Booked on this day
day-booked-none = Nothing is booked on this day yet.
day-booked-says = { $n ->
    [one] One payment so far.
   *[other] { $n } payments so far.
}
day-currency = Currency
checks-none = The rules have not been run yet.
checks-says = { $n ->
    [0] All { $all } rules found nothing.
    [one] One of { $all } rules found something.
   *[other] { $n } of { $all } rules found something.
}
checks-rule = Rule
checks-rows = Rows found
checks-as-of = As of entry
checks-when = Run
checks-run = Run them before you close the day, while the bank is stopped:
closes-none = No day has been closed yet.
closes-day = Day
closes-when = Closed at
closes-orders = Paid by standing orders
desk-health = Health
health-good = The bank is well, as far as it can be measured.
health-bad = { $n ->
    [one] One thing needs attention.
   *[other] { $n } things need attention.
}
health-disk-full = The disk is nearly full: { $left } are left.
health-failed = { $n ->
    [one] One request failed by a fault of the bank since the last start.
   *[other] { $n } requests failed by a fault of the bank since the last start.
}
health-hooks = { $n ->
    [one] One webhook has stopped.
   *[other] { $n } webhooks have stopped.
}
health-vault = The vault with people’s keys is damaged.
health-snapshot = The last start trusted no snapshot and replayed everything.
health-certificate = The certificate ends within two weeks.
health-records = Records
health-age = { $n ->
    [0] the last one just now
    [one] the last one a second ago
   *[other] the last one { $n } seconds ago
}
health-answers = Answers
health-answers-d = { $n } of them failed
health-most = 99 of 100 answered within
health-most-d = since the last start
health-within = { $ms } ms
health-disk = Free on the disk
health-disk-d = of { $all }
health-people = Signed in
health-people-d = { $n ->
    [one] one connection open
   *[other] { $n } connections open
}
health-machine = This machine
health-entries = Entries
health-last = Last record
health-published = Signed checkpoint
health-snapshot-of = Snapshot for the next start
health-files = Tables as files
health-none-yet = none yet
health-whole = covers everything
health-behind = { $n } behind
health-since = Running since
health-clock = Clock
health-line = Commands waiting
health-certificate-of = Certificate
health-not-secured = no TLS: this machine alone
health-start = Last start
health-replayed = { $n ->
    [one] one record replayed
   *[other] { $n } records replayed
}
health-cut = a torn tail of { $n } bytes was cut
health-incidents = What went wrong
health-incidents-says = Since the last start. The program’s log has more.
health-incidents-none = Nothing was noticed.
health-times = Times
incident-answered = Answer
incident-webhook = Webhook
incident-messages-wait = Messages wait
denials-none = Nobody.
denials-nobody = nobody known
denials-what = What they tried
desk-keys = Keys and backups
keys-says = What the bank signs with, what programs sign in with, and the last backup. No secret is shown.
keys-journal = The journal’s key
keys-name = Name
keys-algorithm = Signs with
keys-since = Journal since
keys-public = Public key
keys-public-says = Give it to whoever checks receipts. Anybody may have it:
keys-programs = Keys of programs
keys-no-programs = No program may come in.
keys-age = Let in
keys-age-says = This is when the program was let in. When a key was replaced is in the journal (credential_changed).
keys-hooks = Secrets of webhooks
keys-no-hooks = There are no webhooks.
keys-whose = Whose
keys-both-until = the earlier secret works as well until { $time }
backup-title = Last backup
backup-none = none is recorded
backup-last = { $ago }, { $n } entries, verified
backup-where = Stored in
backup-make = Make one, even while the bank is running:
backup-check = Verify it again, at any time, on any machine:
backup-hands = Keep keys and vault in other hands than the journal. To restore: put the backup into an empty folder, verify it, start.
samples-title = Example: { $kind }
samples-says = Names, numbers and banks are made up.
samples-others = Examples
samples-keep = Save as a file
samples-tools = To look at a message of your own without a bank:
samples-link = Message examples
samples-link-says = ISO 20022, to read and to copy
rights-cedar = The policies themselves
rights-cedar-says = Written in Cedar. The first ones are about this role, the others bind everybody.
rights-cedar-role = About this role
rights-cedar-all = About everybody
right-sandbox-make = make a program of their own in a sample bank
sandbox-title = Sandbox
sandbox-says = A program of your own with the accounts of one made-up customer. Whatever it does moves only made-up money.
sandbox-make = Make it
sandbox-elsewhere = This bank is real and has no sandbox. A bank of made-up people, with one, is made by:
sandbox-real = To come in here, give the public keys of your program to an administrator:
sandbox-made = Your program
sandbox-made-says = It may sign in now. Any earlier key no longer works.
sandbox-key = Its private key, shown this once
sandbox-token = Tokens from
sandbox-accounts = Its accounts
trouble-no-sandbox = This bank has no sandbox.
## What customers do for themselves
customer-number = My customer number
sign-not = Do not sign
helpers-title = Family help
act-helpers-says = Who may see my account
helpers-says = { $n ->
    [0] Nobody sees your accounts but you. You may let a relative look, and take it back at any time.
    [one] One person may see an account of yours. They cannot pay.
   *[other] { $n } people may see accounts of yours. They cannot pay.
}
helpers-mine = Who sees my accounts
helpers-none = Nobody.
helpers-new = Let somebody see
helpers-new-says = They see balance and payments. They cannot pay, change limits, or let others in.
helpers-account = Which account
helpers-number = Their customer number
helpers-number-hint = They see it here, under Family help
helpers-word-hint = The help word: eight digits that only they see. Ask them, in person or by telephone.
helpers-until = Until
helpers-until-hint = The last day. Optional: without it, until you end it.
helpers-go = Go on
helpers-who = Who
helpers-may = They may
helpers-may-says = See the balance and the payments of this account, and nothing else.
helpers-sign = Is this the right person?
helpers-sign-says = Sign only if you want it yourself. Nobody at the bank asks you for this.
helpers-sign-yes = Sign: they may see it
helpers-added = They may see it from now on
helpers-added-says = You can take it back here at any time; it counts at once.
helpers-ended = They can no longer see it
help-word = Help word
help-word-until = Good until
help-word-warn = Only for somebody you help
help-word-warn-says = Whoever has number and word can ask you to look after their account. Never give out a code of your phone.
help-until = until { $day }
help-open = until it is ended
help-end = End for { $name }
helping-others = Whom I help
helping-word-says = Do you help somebody? Tell them your number and your word. They type both under Family help.
helping-see = See the accounts I help with
helping-title = Where I help
helping-more = My number and word
helping-says = You see these accounts because their owners let you. You cannot pay from them.
helping-of = { $account } of { $name }
helping-stop = Stop helping { $name }
helping-wrong = Does something look wrong? Call the owner first, or
helper-home-says = You look after somebody else’s account: you see it, and nothing leaves it through you.
helper-home-none = Nobody lets you see an account now. Tell the person you help your number and word.
field-party = Write their customer number, only digits.
field-word = Number and word do not match. Ask once more: the word changes every half day.
field-until = A day from today on, within ten years.
limit-wait = Wait before more is allowed
limit-wait-hint = If somebody talks you into a higher limit, you have this time to think. Lower counts at once.
limit-wait-hours = { $n ->
    [0] none: at once
    [one] one hour
   *[other] { $n } hours
}
limit-none = no limit
limits-now = What counts now
limits-later = From { $time } more is allowed
limits-later-says = You, or somebody as you, asked for this. If it was not you, or you changed your mind, keep what counts now.
limits-keep = Keep the old
field-cooling-off-hours = Between 0 and 72 hours.
payees-title = Saved payees
act-payees-says = Names for the accounts you pay often
payees-says = { $n ->
    [0] Give an account you pay often a name of your own; only you see it.
    [one] You have saved one payee. Only you see the name.
   *[other] You have saved { $n } payees. Only you see the names.
}
payee-name = Name
payee-name-hint = As you call them: Mei, Rent, Doctor Li
payee-name-empty = Write a name.
payee-since = Since
payee-end = Remove
payee-end-one = Remove { $name }
payee-new = Save a payee
payee-new-says = You sign it once. Check the number with the payee themselves, by a way you already know.
payee-keep = Save this payee
payee-kept = Saved
payee-ended = Removed
payee-sign = Is this the right account?
payee-sign-says = From now on this name stands for this account when you pay. Nobody at the bank asks you to add a payee.
payee-sign-yes = Sign and save
pay-payees = My saved payees
complaints-title = Complaints
act-complaints-says = Tell us what is wrong
complaints-own = { $n ->
    [0] No complaint of yours waits for an answer.
    [one] One complaint of yours waits for our answer.
   *[other] { $n } complaints of yours wait for our answer.
}
complaints-inbox = { $n ->
    [0] No complaint waits for an answer.
    [one] One complaint waits for an answer.
   *[other] { $n } complaints wait for an answer.
}
complaints-which = Which complaints
complaints-waiting = Waiting
complaints-all = All
complaints-none = None.
complaints-back = All complaints
complaint-new = Make a complaint
complaint-new-says = A person answers. You see by when, and every step on the way.
complaint-number = Number
complaint-about = About
complaint-about-payment = It is about one payment.
complaint-see-payment = See it
complaint-about-this = Complain about this payment
complaint-account = account ··{ $end }
complaint-payment = a payment
complaint-general = something else
complaint-filed = Filed
complaint-left = Time left
complaint-no-clock = –
complaint-whose = Customer
complaint-due = Answer by
complaint-text = What is wrong?
complaint-text-hint = In your own words. No passwords and no codes. It is kept sealed: you and whoever answers can read it.
complaint-text-empty = Write a few words.
complaint-file = Send it
complaint-talk = You would rather talk?
complaint-title = Complaint { $number }
complaint-filed-note = We have it
complaint-filed-says = Its number is { $number }. You will have an answer by { $day }; that is our own promise.
complaint-steps = What was said
complaint-step-file = Complaint
complaint-step-answer = Answer of the bank
complaint-step-extend = It takes longer
complaint-step-raise = Not satisfied
complaint-step-withdraw = Taken back
complaint-days-more = { $n ->
    [one] One day more.
   *[other] { $n } days more.
}
complaint-is-open = waits for an answer
complaint-is-answered = answered
complaint-is-raised = waits for somebody else’s answer
complaint-is-closed = answered for good
complaint-is-withdrawn = taken back
complaint-raise = Not satisfied?
complaint-raise-says = Somebody else at the bank looks at it and answers. You can ask for that once.
complaint-why = Why are you not satisfied?
complaint-raise-do = Have somebody else look
complaint-withdraw = Take it back
complaint-others = Somebody else answers this
complaint-others-says = You gave the first answer. The customer was not satisfied, so a colleague gives the second.
complaint-answer = Answer
complaint-answer-text = What the customer reads
complaint-answer-hint = Plainly: what happened, what we do, what the customer can do.
complaint-answer-do = Send the answer
complaint-extend = It takes longer
complaint-extend-why = Why; the customer reads it
complaint-extend-days = Days more
complaint-extend-hint = 1 to 90, and only once
complaint-extend-do = Tell the customer
trouble-complaint-not-open = It is no longer waiting for an answer.
trouble-complaint-extended = It has already been extended; that can be done only once.
trouble-complaint-not-answered = You can ask for this only once, after the first answer.
trouble-promise-out-of-range = Between 1 and 90 days.
trouble-too-many-complaints = You have many complaints that wait. Let us answer those first.
trouble-too-many-payees = You have 200 saved payees. Remove one first.
field-account = There is no such account, or you have saved it already.
right-payee-read = see a customer’s saved payees
right-payee-write = save a payee
right-payee-end = remove a payee
right-complaint-read = see complaints
right-complaint-write = complain
right-complaint-answer = answer complaints
right-party-find = find a customer by name
counter-found = { $n ->
    [0] Nobody’s name begins like that.
    [one] One customer
   *[other] { $n } customers
}
counter-found-more = There are more. Type more of the name.
counter-born = born { $year }
counter-document-end = document ··{ $end }
counter-new = New customer
counter-new-says = Compare with the document in front of you.
counter-kind = Kind
kind-person = Person
kind-organisation = Organisation
document-kind = Document
document-resident-id = Resident identity card
document-passport = Passport
document-other = Another document
counter-new-do = Register
field-fields-name = Write the name as it stands in the document.
field-fields-id-number = This is not the number of a resident identity card: its digits do not match.
field-fields-birth-date = The day of birth is not the one in the number.
identity-name-en = Name in Latin letters
identity-id-number = Number of the document
identity-credit-code = Credit code
identity-phone = Telephone
health-measured = Measured when you open this page, and while it is open. What cannot be measured is shown as not known.

# People who resemble somebody on a list
listed-caution = { $n ->
    [one] Somebody with a name like this is on a list
   *[other] { $n } people with names like this are on lists
}
listed-caution-says = Compare the day of birth and the country with the document. If you register them, an analyst decides whether they are the same person. Say nothing of it to the customer.
listed-one = list { $list }, entry { $entry }, similarity { $score } of 1,000
listed-register = I have compared them: register
listed-possible = Resembles somebody listed
listed-possible-says = An analyst looks at it. Say nothing of it to the customer.
listed-confirmed = Is on a list
listed-confirmed-says = Do nothing for this customer; call the compliance officer. Say nothing of it to the customer.
listed-case = about a customer
listed-title = Somebody similar is on a list
listed-says = A program found that this customer’s name is like one on a list. Whether they are the same, a person decides.
listed-show = Compare them
listed-customer = The customer
listed-on-lists = On the lists
listed-no-more = Nobody on today’s lists is like this customer.
listed-why = What did you compare?
listed-other = Somebody else
listed-same = The same person
listed-released = Somebody else
listed-released-says = The customer is not the one on the list, and is served like everybody.
listed-refused = The same person
listed-refused-says = The customer is the one on the list. The rules stop payments to and from them.
field-why = Write what you compared, and with what, in a sentence or two.

# The days of a run over the past
run-days = Only some days
run-days-hint = Empty: all of the past. Earlier days still count in what rules look at.
run-first-day = First day
run-last-day = Last day
run-days-wrong = The last day is before the first.
run-of-days = Payments from { $from } to { $to }.
run-days-open = …

# The drawer of a till
drawer-title = The drawer
drawer-says = What the till should hold today, and whether it does.
drawer-counted = Counted
drawer-counted-hint = What you counted, like 12,850.50. Nothing of it is kept.
drawer-day = The drawer on { $day }
drawer-began = At the start
drawer-came = Paid in
drawer-went = Paid out
drawer-should = It should hold
drawer-lines = { $n ->
    [one] One movement
   *[other] { $n } movements
}
drawer-agrees = What you counted is what it should hold
drawer-over = { $by } too much
drawer-short = { $by } are missing
drawer-differs = Count again. If it stays, call operations before the day is closed.

# Messages that somebody saw to
exceptions-seen-note = What was done about it?
messages-seen-by = seen to by { $who }
field-note = Write what was done, in one line.

# Teller and customer together
together-title = Prepare it for the customer’s own screen
together-counter-says = The customer signs in on their own phone or computer and does it themselves; you type what is long.
together-what = What for
together-pay = Pay somebody
together-payees = Save a payee
together-helpers = Let a relative look
together-complaint = Complain
together-only-pay = Only when somebody is to be paid.
together-prepare = Prepare
together-tell = The customer opens “Ask a person” on their own screen and types:
together-waits = Good for { $n ->
    [one] one minute
   *[other] { $n } minutes
}, for this customer alone.
together-back = Back to the customer
together-own-title = Is somebody at the counter helping you?
together-own-says = Type the six digits that the teller shows you. You see what it is before anything is done.
together-digits-type = Type the digits
together-digits = Six digits
together-go = Go on
together-wrong = Nothing waits for you under these digits. Ask the teller for new ones.
together-by = Prepared at the counter by { $who }.
together-yours = You do it yourself
together-yours-says = Nothing has happened yet. Read what comes next; it is done only when you confirm it. If nobody from the bank is with you, stop here.
together-on = Go on
together-not = No, go home

# The bounds of an adopted set
adopt-bounds = Bounds, as usual unless you change them
adopt-hold-hours = Hours a held payment waits
adopt-hold-hours-hint = 24 unless you write another number.
adopt-stopped = Ends by itself when it stops more than, in percent
adopt-stopped-hint = 20 unless you write another share.
adopt-loss = A canary may let through, in main units
adopt-loss-hint = 100,000 unless you write another number; only for a canary.
adopt-number-wrong = Write a whole number.
adopt-end = When nobody decided in time
adopt-end-refuse = the money goes back
adopt-end-release = the payment is made
adopt-eyes = Who releases a held payment
adopt-eyes-same = as in the set in force
adopt-eyes-two = two people
adopt-eyes-one = one person
adopt-model = The model of the set in force
adopt-model-keep = stays
adopt-model-none = is left out
field-hold-hours = From 1 to 8,760 hours.
field-loss = Only a canary has such a bound.
field-stopped = Write the share in percent, above 0 and at most 100.
## Paying, seen again
warn-why = Why we ask
warn-again = Something changed, or you read this more than an hour ago. Please read it again.
sign-wrong = That code is not right, or was used already. Wait for the next one.
pay-over-per-payment = More than your limit of { $money } for one payment. You can raise it under Limits.
pay-over-per-day = With what you paid today, more than your limit of { $money } a day. You can raise it under Limits.
field-amount-zero = Write more than 0.
field-amount-places = At most two digits after the point, like 12.50.
cash-came = { $money } paid in
cash-went = { $money } paid out
cash-slip = The slip, to print
cash-too-large = Your rights at the counter end below this amount. Operations books it.
field-phone = At least five digits.
counter-known = Somebody with this document is a customer already
counter-known-says = Nothing was registered. Compare with the document before you.
counter-known-go = To this customer
counter-known-not = It is somebody else: go on
counter-find-short = Two letters at least, or a whole number.
decide-marked = This case is marked: { $mark }
decide-why = On what ground
decide-why-empty = Say on what ground: it stands in the journal with your name.
case-agree = Agree: release it
withdrawn = We know that you do not want it paid
withdrawn-says = It stands in the journal, and who decides sees it. Until then nothing leaves. If somebody else can get into your account, call us now.
payment-home = To my accounts
why-unsaid = Somebody of the bank looks at it before it goes on.
limits-sign = Sign the new limits
limits-sign-says = More could leave your account than before. If somebody asked you to raise them, stop and call us.
limit-over-day = One payment cannot be more than a whole day.

## Desks, mended
rules-says-none-yet = { $set } judges now. It has judged no payment yet.
stage-behind = waits behind a newer one
draft-trial-behind = tried as No. { $set }, which waits behind a newer one
draft-trial-ended = tried as No. { $set }, which has ended
list-and = {", "}
overview-kinds = In all: { $kinds }.
overview-cases = { $n ->
    [one] one case
   *[other] { $n } cases
}
overview-messages = { $n ->
    [one] one message
   *[other] { $n } messages
}
overview-orders = { $n ->
    [one] one standing order
   *[other] { $n } standing orders
}
overview-hooks = { $n ->
    [one] one webhook that stopped
   *[other] { $n } webhooks that stopped
}
overview-approvals = { $n ->
    [one] one approval
   *[other] { $n } approvals
}
overview-unclosed = the end of the business day
overview-first = The first case must be settled by { $time }.
needs-unclosed = Close { $day }
needs-overdue = overdue
needs-unclosed-says = The bank still books on it; today is { $today }.
figure-straight-ever = since the bank opened; { $n } were asked about, held or refused
rulings-ever = since the bank opened
hours-none-on = { $day }: no payment has been booked yet.
sure-no = No, go back
exceptions-mark-handled = Mark as handled
exceptions-done-seen = The message is marked as handled
exceptions-held = { $n ->
    [one] One more reservation is held by a case, and ends there.
   *[other] { $n } more reservations are held by cases, and end there.
}
exceptions-no-pending-free = No reservation outside cases ends by itself.
day-reservations-d = with those that cases hold;
day-to-pending = those that end by themselves
refusal-debit-account-not-found = The payer’s account is not there
refusal-credit-account-not-found = The payee’s account is not there
refusal-account-not-found = The account is not there
refusal-accounts-must-be-different = Payer and payee are the same account
refusal-accounts-must-have-the-same-ledger = The accounts have different currencies
refusal-transfer-must-have-the-same-ledger-as-accounts = The currency is not the accounts’
refusal-debit-account-already-closed = The payer’s account is closed
refusal-credit-account-already-closed = The payee’s account is closed
refusal-exceeds-credits = Not enough money on the payer’s account
refusal-exceeds-debits = The payee’s account cannot take in so much
refusal-exceeds-hold = Money of the payer is blocked by order
refusal-exceeds-transfer-limit = More than the payer’s limit for one payment
refusal-exceeds-daily-limit = More than the payer’s limit for one day
refusal-refused-by-risk-control = Refused by risk control
refusal-needs-review = Needs a person, which a linked payment cannot wait for
refusal-payer-must-confirm = The payer was warned and has not confirmed
refusal-held-for-review = A case decides about it first
refusal-exists = Asked for twice, done once
refusal-exists-otherwise = The same number was used for something else
refusal-id-already-failed = The same number was refused before
refusal-linked-event-failed = Another payment of the same request was refused
refusal-value-date-out-of-range = The value date is too far away
refusal-pending-transfer-not-found = The reservation is not there
refusal-pending-transfer-not-pending = What was named is no reservation
refusal-pending-transfer-expired = The reservation’s time was over
refusal-pending-transfer-already-posted = The reservation was posted before
refusal-pending-transfer-already-voided = The reservation was given back before
refusal-exceeds-pending-transfer-amount = More than was reserved
reason-text-looked-at = The money is reserved, and somebody of the bank looks first
reason-text-given-back = The reservation was given back
reason-text-debtor = The payer’s account is none of this bank
reason-text-payee = The payee’s account is none of this bank
reason-text-other-bank = The message is for another bank
messages-not-counted = The payments of a message that is refused as a whole are not counted.
people-says-out = { $n ->
    [one] One more is shut out.
   *[other] { $n } more are shut out.
}
people-remove-role = Remove this role
people-enable-hint = They sign in again at once, with the keys and roles they have.
people-sure-disable = Shut { $name } out?
people-sure-take = Remove the role “{ $role }” from { $name }?
people-sure-take-says = It counts at once: what only this role allows, they may do no more.
people-done-give = The role is given
people-done-take = The role is removed
people-done-disable = Shut out; all sessions have ended
people-done-enable = Let in again
approvals-done-approve = You agreed; it counts now
approvals-done-refuse = It is off
sessions-done-end = The session is ended
programs-done-enable = The program may come in again
programs-done-disable = The program is shut out
run-unjudged-title = What nobody judged then
run-unjudged-says = { $n ->
    [one] One payment was let through because no rule set judged then. It would be stopped now; that is no effect of the change.
   *[other] { $n } payments were let through because no rule set judged then. They would be stopped now; that is no effect of the change.
 }
journal-untold = { $n ->
    [one] One record is not shown: looking, signing in and the like.
   *[other] { $number } records are not shown: looking, signing in and the like.
}
journal-before-first = Before this there is no record.
journal-jump = Go to record
journal-jump-do = Go
journal-jump-wrong = Write a number below { $n }.
event-order-placed = Payment for later ordered
event-order-ended = Payment for later ended
event-complaint-filed = Complaint filed
event-complaint-worked = Complaint worked on
record-fact-id = Number
record-fact-status = It is
record-fact-from = From
record-fact-to = To
record-fact-amount = Amount
record-fact-currency = Currency
record-fact-kind = Kind
record-fact-booking-date = Business day
record-fact-value-date = Value date
record-fact-time = When
record-fact-of = Of payment
record-fact-case = Case
record-fact-proof = Receipt
record-fact-journal-entry = Journal: entry
record-fact-journal-record = Journal: record
record-fact-journal-row = Journal: row
record-fact-account = Account
record-fact-accounts = Accounts
record-fact-party = Customer
record-fact-role = Role
record-fact-hold = Block
record-fact-ordered-by = Ordered by
record-fact-order = Order
record-fact-entry = Posting
record-fact-day = Day
record-fact-next = Next day
record-fact-step = Step
record-fact-by = By
record-fact-complaint = Complaint
record-fact-name = Name
record-fact-stage = Stage
record-fact-rule-set = Rule set
record-fact-reason = Reason
record-fact-code = Code
record-fact-detail = Why (in English)
holds-done-place = The money is blocked
holds-done-release = The block is lifted
cases-says-over = { $n ->
    [0] There is none.
    [one] There is one.
   *[other] There are { $n }, the newest first.
}
webhooks-url-empty = Write the address that events are to be sent to, beginning with https://.
webhook-pause = Pause it
webhook-resume = Let it go on
webhook-end = End it
webhook-sure-end = End this webhook?
webhook-sure-end-says = Nothing more is sent to it, and its secret is gone. A new one begins anew.
webhook-done-test = A test was sent; the first line says what became of it
webhook-done-pause = It is paused
webhook-done-resume = It goes on where it was
webhook-done-end = The webhook is ended
sandbox-new-key = Give it a new key
sandbox-sure = A new key for your program?
sandbox-sure-says = The key it has now counts no more, at once. Whatever runs with it stops.

## Words, mended
check-file = Or choose the receipt you saved
check-is-posted = Paid: this record moved the money to the payee.
check-is-held = Held: the bank kept this payment back.
check-is-reserved = Reserved: the money was set aside, not paid.
check-is-voided = Not paid: the money went back to the payer.
check-is-refused = Refused: nothing was paid.
check-no-payment = This record is not a payment.
check-none = There is no receipt here. Paste one, or choose the file you saved.
check-keyless = There is no key here to check with. Type the bank’s key.
proof-says-unpaid = This is not a proof that money arrived. The receipt proves only what the bank wrote down.
sign-in-sample = A sample bank: nobody needs a password
tour-choose = Choose somebody who can
visitor-pensioner = Pensioner
visitor-customer = Younger customer
visitor-helper = Helps the pensioner
visitor-chief2 = chief risk analyst, the second person
visitor-administrator2 = administrator, the second person
## Models
model-unnamed = Model { $hash }
model-by = Handed in by { $who }, { $ago }.
model-unused = No rule set looks at it.
model-made-of = { $trees } trees with { $nodes } nodes.
model-vouched = { $n ->
    [one] one golden row vouches for it
   *[other] { $n } golden rows vouch for it
 }
model-unvouched = nothing vouches for it yet
model-hand-in = Hand in a model
model-hand-in-says = It judges nothing by that: it is read, kept, and waits for a proposal to name it.
model-hand-in-do = Hand it in
model-name = What it is called
model-file = Its file
model-file-hint = LightGBM text, XGBoost JSON or UBJ, or ONNX; at most 8 MB. Its inputs have the names of features.
model-file-none = Choose a file.
model-kept = The model was read and kept
model-removed = The model is gone
model-form = Came as
model-from = Handed in
model-golden = Golden rows
model-golden-says = Rows that its own library scored, at least 20. If what was read answers them alike, it is what was made.
model-golden-file = The file of rows
model-golden-file-hint = CSV or JSON with a column for each input and one for the score
model-golden-do = Hold it against them
model-golden-done = It answers all of them as its maker says.
model-vouched-now = It answers every row as its maker says
model-explained = What it says of a payment
model-explained-yes = can be told apart by feature
model-explained-no = cannot be told apart by feature
model-sets = Looked at by
model-set = No. { $n }
model-hash = SHA-256
model-try = Try it on the past
model-try-says = The rules in force, with this model in place of theirs, over all that happened.
model-propose = Propose it
model-propose-says = The rules in force with this model. Somebody else adopts it: first as a shadow, as a rule.
model-propose-first = Golden rows must vouch for it first.
model-remove = Take it away
model-remove-says = What the journal holds of it stays there.
model-asks = What it asks for
model-asks-says = { $n ->
    [one] One feature: { $first }.
   *[other] { $n } features, { $first } the most.
 }
model-feature = Feature
model-meaning = Meaning
model-nodes = Nodes
model-asks-hint = In how many nodes of its trees each is asked for. That is not how much each weighs: for one payment, its case tells.
trouble-model-unread = This is no model that can be read.
trouble-model-unfit = This model cannot judge payments.
trouble-golden-wrong = These rows do not vouch for the model.
trouble-model-unvouched = Golden rows must vouch for it first.
trouble-model-unknown = No such model was handed in.
trouble-model-proposed = An open proposal names it. Decide about that first.
trouble-own-model = You handed this model in; somebody else must put it into force.
trouble-too-many-models = Too many models are kept. Take one away first.
draft-model = In place of the model in force:
run-model = With a model that is not in force:
field-name = Write a name, at most 60 letters.
hold-release-sure = Lift this block?
hold-release-says = The money of account { $account } is free again at once. Lift it only with the order that ends it in your hand; your name stands in the journal.
approvals-elsewhere = Waiting for you elsewhere
approvals-case = Release of { $money }, proposed by { $who }
approvals-draft = Rules “{ $name }”, proposed by { $who }
model-asks-more = { $n ->
    [one] One more feature
   *[other] { $n } more features
 }

# Giving a payment back
return-title = Was it a mistake?
return-says = It is given back by a new payment of the same amount. Both stay in the journal.
return-do = Give it back
return-sure = Give back { $money }?
return-sure-says = It leaves account { $from } and comes back to { $to }, at once.
return-of = It belongs to payment
return-by-operations = Call operations with the number above. They give it back by a new payment, and then you book it right.

# Let in at the counter
access-title = Signing in
access-never = They never signed in. Compare their document with the number above first; then let them in.
access-do = Let them in
access-not-come = Let in on { $day }, and has not come yet.
access-again = Make a new link
access-since = Signs in as { $name } since { $day }.
access-shut-out = Shut out by an administrator, who says why.
access-lost-hint = Which kind of document you saw, without its number: it stands in the journal. A second person must agree.
access-reason = Write which document you saw.
access-asked = Asked. A chief analyst or an administrator must agree under Approvals. They then have the new link, which is good for one hour.
access-link-title = A link for the customer alone
access-link-says = Let them take it with the camera of their own phone, or print it and give it to them. It is shown this once and opens once.
access-name = They sign in as
access-until = The link is good until
access-link-keep = The customer makes a passkey, or a password with codes, by themselves: do not do it for them. Whoever has no phone for that cannot sign in yet, and is served here.
access-back = Back to the customer
qr = The same as a code for a camera
code-open = Open it in an app on this device
access-removed = Was let in once, and an administrator removed them, who decides about it.
decide-why-long = That is too long: some 250 letters at most, in Chinese some 80.
trouble-case-of-somebody = It is about a customer, not a payment: decide it on its own page.
field-reason = Write why, in one line of 200 letters at most.
