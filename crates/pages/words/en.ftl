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
limits-cooling = A lower limit counts from the next payment on. A higher one, and a shorter wait, count after the wait. Payments that run already are not touched.

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

## Desks of the bank's own people
desk-cases = Cases
desk-rules = Rules
left-none = time is over
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
cases-says-all = { $n ->
    [0] There is none.
    [one] There is one.
   *[other] There are { $n }, the oldest first.
}
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
col-who = With
col-result = Result
case-called = Case { $end }
case-open = open
case-proposed = one yes, one to come
case-released = released
case-refused = refused
case-lapsed = time over
case-noted = opened by hand
case-passed = paid, time over
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
why-by-hand = No rule stopped it. Somebody of the bank opened this case.
why-set = Rule set { $set }
why-says = { $n ->
    [one] One condition was true; the score is { $score }.
   *[other] { $n } conditions were true; the score is { $score }.
}
why-reason = Reason
why-rule = Rule
why-points = Points
why-score = Score
why-more = { $n ->
    [one] One more condition, less severe, was true.
   *[other] { $n } more conditions, less severe, were true.
}
why-model = How likely the model holds it to be fraud:
payment-whole = The whole payment
who-show = Show who they are
who-hint = The look is written into the journal; the customers can see it.
who-none = Nobody whom you may see
who-erased = a party that was erased
who-born = born { $day }
holds-owner = owner
holds-joint_owner = joint owner
holds-disponent = may pay
holds-viewer = may look
holds-guardian = guardian
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
step-assign = Given on by
step-note = Note of
step-evidence = Evidence of
step-link = Linked by
step-release = Released by
step-refuse = Refused by
step-mark = Marked by
step-report = Reported by
step-appeal = Objection of
step-record = record { $n }
decide-title = Decision
decide-proposed = { $who } would release it
decide-proposed-mine = You said yes first. Another chief analyst must look with their own eyes and agree; you cannot be both.
decide-proposed-says = If you agree, the money is paid. If not, refuse, and it goes back.
decide-not-you = A chief analyst decides. Write down below what you found.
decide-anothers = { $who } has taken this case and decides it.
decide-hint = Where four eyes are asked for, the first yes proposes and a second person decides.
decided-released = The payment may go. The case stays here to be read.
decided-refused = The money went back to the payer.
decided-lapsed = Nobody decided in time; the money went back to the payer.
decided-noted = There is nothing to decide.
decided-passed = Nobody decided in time; the payment was made, as its rule says.
work-title = Work on it
work-what = What you write down
work-text = Text
work-text-hint = It stands in the journal in clear, so no names or numbers of customers.
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
rules-says = “{ $name }” judges now. Of { $judged } payments it did not just let { $stopped } through: { $share }.
rules-number = No.
rules-stage = State
rules-judged = Judged
rules-stopped = Not let through
rules-share = Share
rules-by = Adopted by
rules-program = Program
rules-model = Model
rules-counted = Counted since the count began anew. Programs and models stand in the journal under these hashes.
stage-shadow = judges silently
stage-canary = on trial
stage-active = judges
stage-over = ended
field-other = Write the number of a payment, like pay_0198….
trouble-case-not-found = There is no such case.
trouble-case-decided = It was decided before, perhaps just now by somebody else.
trouble-case-is-anothers = Somebody else has taken this case. Only they decide it.
trouble-needs-other-eyes = You said yes first. Somebody else must say yes as well.
trouble-subject-not-found = There is no such payment.
trouble-exists = It is so already.
trouble-pending-transfer-not-pending = There is nothing to decide here.

## Operations
desk-overview = Overview
desk-payments = Find
desk-journal = Journal
overview-title = How the bank is now
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
figure-straight-d = { $n } were asked about, held or refused
figure-cases = Cases to be decided
figure-cases-d = somebody’s money waits
figure-records = Records in the journal
figure-records-d = in { $entries } entries
hours-says = { $day }: most came in the hour from { $hour }, { $n }.
hours-none = No payment has been booked yet.
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
rulings-says = Of { $n } payments, { $share } did not pass straight away. The bar shows only those.
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
find-hint = An account like 6299 0000 0000 0247 686, or pay_… or case_…
find-go = Find
journal-title = Journal
journal-says = { $records } records in { $entries } entries, the newest first. Nothing in it is ever changed.
journal-now = The journal now
journal-all = All of it
journal-nothing = Nothing is told of these records.
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
people-name-hint = 1 to 64 of a–z, 0–9, dot, dash: it is for good
people-role = First role
people-role-hint = A role that touches money or identity counts when a second administrator has agreed.
people-party = Number of the party
people-party-hint = Only for customers: pty_…
people-add-do = Make a link
people-back-to = To { $user }
people-no-role = No role. Nothing is allowed.
people-until = until { $time }
people-take = Take it
people-give = Another role
people-give-do = Give it
people-coming-in = Coming in
people-link = Make a new link
people-link-hint = The one before ends.
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
approvals-day = What nobody has decided within a day is forgotten.
approval-waits = Something waits for a second person
approval-waits-says = It does not count before somebody else has agreed.
approval-mine = You asked for it. Somebody else must agree.
approval-about-me = It is about you. Somebody else must agree.
approval-yes = Agree
approval-no = Refuse
approval-back = Take it back
all-sessions-says = { $n ->
    [one] In one place somebody is signed in.
   *[other] In { $n } places somebody is signed in.
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
rights-says = What is not here is denied. It is read from the table that the tests of the policies keep.
rights-what = May
rights-whose = Whose
rights-others = Other roles
trouble-conflict = That cannot be done as things stand.
right-party-read = see who somebody is, and what they have here
right-party-write = register people and organisations
right-party-erase = have somebody forgotten
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
right-user-read = see who may sign in
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
cell-all = anybody's
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
counter-find-hint = The beginning of a name, a customer’s number, or an account’s. Who is found is told that you looked.
counter-compare = Compare with what they show. The look stands in the journal.
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
webhook-after = Told up to record { $n }.
webhook-test = Send a test
webhook-told = Latest messages
webhook-none = None since the bank is served.
webhook-taken = taken
webhook-not-taken = not taken
hook-active = active
hook-paused = paused
hook-gave-up = gave up
hook-gone = gone
hook-not-allowed = not allowed
hook-lost = lost
work-assign = Give it to
work-assign-hint = The name a chief analyst signs in with; they decide then
work-assign-do = Give it
work-assign-empty = Write a name.
as-text = { $what } as text

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
helpers-word-hint = Eight digits that only they see. Ask them, in person or by telephone.
helpers-until = Until
helpers-until-hint = The last day. Empty: until you end it.
helpers-go = Go on
helpers-who = Who
helpers-may = They may
helpers-may-says = See the balance and the payments of this account, and nothing else.
helpers-sign = Is this the right person?
helpers-sign-says = Sign only if you want it yourself. Nobody of the bank asks you for this.
helpers-sign-yes = Sign: they may see it
helpers-added = They may see it from now on
helpers-added-says = You can take it back here at any time; it counts at once.
helpers-ended = It is ended
help-word = Word
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
helping-wrong = Does something look wrong? Call the owner, or
helper-home-says = You look after somebody else’s account: you see it, and nothing leaves it through you.
helper-home-none = Nobody lets you see an account now. Tell the person you help your number and word.
field-party = Write their customer number, only digits.
field-word = Number and word do not belong together. Ask once more: the word changes every half day.
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
payees-title = Payees
act-payees-says = Whom I pay, by my own names
payees-says = { $n ->
    [0] Give whom you pay a name of your own; only you see it.
    [one] One payee of yours. Only you see the name.
   *[other] { $n } payees of yours. Only you see the names.
}
payee-name = Name
payee-name-hint = As you call them: Mei, Rent, Doctor Li
payee-name-empty = Write a name.
payee-since = Since
payee-end = Remove
payee-end-one = Remove { $name }
payee-new = Keep a payee
payee-new-says = You sign it once. Check the number with the payee themselves, by a way you already know.
payee-keep = Keep this payee
payee-kept = It is kept
payee-ended = It is removed
payee-sign = Is this the right account?
payee-sign-says = From now on this name stands for this account where you pay. Nobody of the bank asks you to add a payee.
payee-sign-yes = Sign and keep it
pay-payees = My payees
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
complaint-new = Complain
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
complaint-filed-says = Its number is { $number }. You have an answer by { $day }; that is our own promise.
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
complaint-raise-says = Somebody else of the bank looks at it and answers. You can ask for that once.
complaint-why = Why not
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
trouble-complaint-not-open = It waits for no answer any more.
trouble-complaint-extended = It was extended before; that can be done once.
trouble-complaint-not-answered = That can be said once, of a first answer.
trouble-promise-out-of-range = Between 1 and 90 days.
trouble-too-many-complaints = You have many complaints that wait. Let us answer those first.
trouble-too-many-payees = You keep 200 payees. Remove one first.
field-account = That account is not there, or you keep it already.
right-payee-read = see whom a customer pays
right-payee-write = keep a payee
right-payee-end = remove a payee
right-complaint-read = see complaints
right-complaint-write = complain
right-complaint-answer = answer complaints
right-party-find = find a customer by name
counter-found = { $n ->
    [0] Nobody’s name begins so.
    [one] One customer
   *[other] { $n } customers
}
counter-found-more = There are more. Type more of the name.
counter-born = born { $year }
counter-document-end = document ··{ $end }
counter-new = New customer
counter-new-says = Compare with the document that lies before you.
counter-kind = Kind
kind-person = Person
kind-organisation = Organisation
document-kind = Document
document-resident-id = Resident identity card
document-passport = Passport
document-other = Another document
counter-new-do = Register
field-fields-name = Write the name as it stands in the document.
field-fields-id-number = This is not the number of a resident identity card: its digits do not fit together.
field-fields-birth-date = The day of birth is not the one in the number.
identity-name-en = Name in Latin letters
identity-id-number = Number of the document
identity-credit-code = Credit code
identity-phone = Telephone
