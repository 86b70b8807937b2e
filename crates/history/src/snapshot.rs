//! Everything a query may name, as of one moment: the catalogue with its three schemas, our functions, and
//! the engine's settings. Made for each query; cheap, because files and rows are shared.

use crate::directory::Directory;
use crate::exchange::Exchange;
use crate::failed::HistoryFailed;
use crate::footers::Footers;
use crate::functions;
use crate::history::{AsOf, History, Moment, Rows};
use crate::limits::{CATALOG, Limits};
use crate::manifest::RolledCheckpoint;
use crate::small_money::SmallMoney;
use crate::stored::{self, MONEY, StoredTable};
use crate::table::Stored;
use crate::table_functions;
use crate::vault::Opener;
use crate::views::{self, View};
use arrow::array::{Decimal128Array, RecordBatch, StringArray, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use async_trait::async_trait;
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList,
    MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::execution::context::ExecutionProps;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::session_state::SessionState;
use datafusion::execution::{FunctionRegistry, SessionStateBuilder};
use journal::Disk;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, Weak};
use terms::{AccountId, Amount};

/// Under which address the engine knows the archive.
const STORE: &str = "tongjian://archive";

/// Sums of one account in minor units: debits and credits posted, debits and credits pending.
pub type Sums = [Amount; 4];

/// Where the ledger's own balances come from: the running bank.
pub trait Ledger: Send + Sync {
    /// How many records they are after, and the sums of each of these accounts, all of one moment.
    fn sums(&self, accounts: &[AccountId]) -> (u64, Vec<Option<Sums>>);
}

/// Tables with their names.
type Named = Vec<(String, Arc<dyn TableProvider>)>;

/// What a ledger said.
pub(crate) struct Held {
    accounts: Vec<AccountId>,
    sums: Vec<Option<Sums>>,
}

/// Everything a query may name, as of one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: SessionState,
    moment: Moment,
    with_ledger: bool,
}

/// What all snapshots of a history have in common.
#[derive(Clone)]
pub(crate) struct Engine {
    pub runtime: Arc<RuntimeEnv>,
    pub limits: Limits,
    /// Footers of files, if they lie in a folder.
    near: Option<Arc<Footers>>,
    /// Settings and functions, which are the same for every question.
    base: Arc<OnceLock<SessionState>>,
    /// A clone for each answer that is being given.
    pub running: Arc<()>,
}

/// Functions that nobody may call: each makes a text or list of any size of a number, in memory that no pool counts.
const MUCH_OF_LITTLE: [&str; 7] =
    ["array_repeat", "array_resize", "generate_series", "lpad", "range", "repeat", "rpad"];

impl Engine {
    pub fn new(limits: Limits, archive: &crate::archive::Archive) -> Result<Engine> {
        let runtime = limits.runtime()?;
        let url = ObjectStoreUrl::parse(STORE)?;
        runtime.register_object_store(url.as_ref(), archive.store());
        let near = archive.local().map(|folder| Arc::new(Footers::of(folder)));
        Ok(Engine { runtime, limits, near, base: Arc::default(), running: Arc::new(()) })
    }

    /// A state without tables. Making one of nothing took a third of a millisecond.
    fn state(&self, parts: &Parts<'_>) -> Result<SessionState> {
        if let Some(base) = self.base.get() {
            return Ok(base.clone());
        }
        let mut state = SessionStateBuilder::new()
            .with_config(self.limits.config())
            .with_runtime_env(Arc::clone(&self.runtime))
            .with_default_features()
            .with_optimizer_rule(Arc::new(Exchange))
            .with_optimizer_rule(Arc::new(SmallMoney))
            .build();
        for name in MUCH_OF_LITTLE {
            state.deregister_udf(name)?;
        }
        for function in functions::all(parts.directory, parts.opener) {
            state.register_udf(Arc::new(function))?;
        }
        for (name, function) in table_functions::all() {
            state.register_udtf(name, function);
        }
        Ok(self.base.get_or_init(|| state).clone())
    }
}

/// What a snapshot is made of, beside its rows.
pub(crate) struct Parts<'a> {
    pub tables: &'a Arc<Vec<StoredTable>>,
    pub directory: &'a Arc<Directory>,
    pub opener: &'a Arc<dyn Opener>,
    /// The checkpoint that is published now.
    pub published: Option<RolledCheckpoint>,
}

impl Snapshot {
    pub(crate) fn new<D: Disk>(
        history: &History<D>,
        engine: &Engine,
        as_of: AsOf,
        opener: &Arc<dyn Opener>,
        ledger: Option<&dyn Ledger>,
    ) -> std::result::Result<Snapshot, HistoryFailed> {
        let (rows, held) = match ledger {
            Some(ledger) => ledger_rows(history, ledger)?,
            None => (history.rows(as_of)?, None),
        };
        let parts = Parts {
            tables: history.tables(),
            directory: history.directory(),
            opener,
            published: RolledCheckpoint::published(history.reader()),
        };
        Snapshot::of(engine, &parts, &rows, held)
    }

    /// A snapshot of rows, whoever has them.
    pub(crate) fn of(
        engine: &Engine,
        parts: &Parts<'_>,
        rows: &Rows,
        held: Option<Held>,
    ) -> std::result::Result<Snapshot, HistoryFailed> {
        let with_ledger = held.is_some();
        let mut stored = stored_tables(parts.tables, rows, engine.near.as_ref())?;
        stored.push(("ledger_balances".into(), ledger_table(parts.directory, held)?));
        stored.push(("checkpoints".into(), checkpoints(parts, rows)?));
        Snapshot::build(engine, parts, rows.moment, with_ledger, stored).map_err(|error| {
            HistoryFailed::Archive {
                doing: "prepare",
                name: "the tables".into(),
                source: error.into(),
            }
        })
    }

    fn build(
        engine: &Engine,
        parts: &Parts<'_>,
        moment: Moment,
        with_ledger: bool,
        stored: Named,
    ) -> Result<Snapshot> {
        let shelf = Arc::new(MemorySchemaProvider::new());
        for (name, table) in stored {
            shelf.register_table(name, table)?;
        }
        let bank = Arc::new(Views { of: views::bank(), state: OnceLock::new() });
        let events = Arc::new(Views { of: views::events(), state: OnceLock::new() });
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema(views::STORED, shelf)?;
        catalog.register_schema(views::BANK, Arc::clone(&bank) as _)?;
        catalog.register_schema(views::EVENTS, Arc::clone(&events) as _)?;
        let mut state = engine.state(parts)?;
        let catalogs = MemoryCatalogProviderList::new();
        catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
        state.register_catalog_list(Arc::new(catalogs));
        *state.execution_props_mut() = ExecutionProps::new();
        let inner = Arc::new(Inner { state, moment, with_ledger });
        // The views are planned in the state that holds them; only a weak hold, or neither would ever go.
        let _ = bank.state.set(Arc::downgrade(&inner));
        let _ = events.state.set(Arc::downgrade(&inner));
        Ok(Snapshot { inner })
    }

    /// The moment it shows.
    pub fn moment(&self) -> Moment {
        self.inner.moment
    }

    /// Whether it knows what the ledger itself holds.
    pub fn has_ledger(&self) -> bool {
        self.inner.with_ledger
    }

    /// The engine's state, with catalogue and settings.
    pub(crate) fn state(&self) -> &SessionState {
        &self.inner.state
    }
}

/// Files and tail of each stored table, cut at the moment.
fn stored_tables(
    stored: &[StoredTable],
    rows: &Rows,
    near: Option<&Arc<Footers>>,
) -> std::result::Result<Named, HistoryFailed> {
    let store = ObjectStoreUrl::parse(STORE).map_err(|error| HistoryFailed::Archive {
        doing: "use",
        name: STORE.into(),
        source: error.into(),
    })?;
    let Rows { moment, manifest, tail } = rows;
    let seen = |first: &u64| *first < moment.entries;
    let mut tables = Vec::new();
    for (at, table) in stored.iter().enumerate() {
        let mut whole = Vec::new();
        let mut cut = None;
        for segment in manifest.segments.iter().take_while(|s| seen(&s.first_entry)) {
            let Some(file) = segment.files.get(table.name) else { continue };
            if segment.end_entry <= moment.entries {
                whole.push(file.clone());
            } else {
                cut = Some(file.clone());
            }
        }
        let tail = tail.iter().filter_map(|chunk| chunk.tables[at].clone()).collect();
        let stored = Stored {
            table: table.clone(),
            store: store.clone(),
            near: near.cloned(),
            whole,
            cut,
            tail,
            filed: manifest.end_entry(),
            entries: moment.entries,
        };
        tables.push((table.name.to_owned(), Arc::new(stored) as Arc<dyn TableProvider>));
    }
    Ok(tables)
}

fn memory(
    schema: Schema,
    columns: Vec<arrow::array::ArrayRef>,
) -> std::result::Result<Arc<dyn TableProvider>, HistoryFailed> {
    let schema = Arc::new(schema);
    let rows = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    let table = MemTable::try_new(schema, vec![vec![rows]]).map_err(|error| {
        HistoryFailed::Archive { doing: "prepare", name: "a table".into(), source: error.into() }
    })?;
    Ok(Arc::new(table))
}

/// Checkpoints of the rolls and the one that is published now, as far as the moment reaches.
fn checkpoints(
    parts: &Parts<'_>,
    rows: &Rows,
) -> std::result::Result<Arc<dyn TableProvider>, HistoryFailed> {
    let rolled = rows.manifest.checkpoints.iter().chain(&parts.published);
    let mut known: BTreeMap<u64, (&str, String)> =
        rolled.map(|known| (known.size, (known.root.as_str(), known.signers.join(", ")))).collect();
    known.retain(|size, _| *size > 0 && *size <= rows.moment.entries);
    let fields = [
        ("entry", DataType::UInt64),
        ("row", DataType::UInt32),
        ("size", DataType::UInt64),
        ("root", DataType::Utf8),
        ("signers", DataType::Utf8),
    ];
    let schema = Schema::new(fields.map(|(name, kind)| Field::new(name, kind, false)).to_vec());
    memory(
        schema,
        vec![
            Arc::new(UInt64Array::from_iter_values(known.keys().map(|size| size - 1))),
            Arc::new(UInt32Array::from(vec![0; known.len()])),
            Arc::new(UInt64Array::from_iter_values(known.keys().copied())),
            Arc::new(StringArray::from_iter_values(known.values().map(|(root, _)| root))),
            Arc::new(StringArray::from_iter_values(known.values().map(|(_, who)| who))),
        ],
    )
}

/// The rows and the ledger's sums of one moment: the one the ledger is at, which the tables then show.
fn ledger_rows<D: Disk>(
    history: &History<D>,
    ledger: &dyn Ledger,
) -> std::result::Result<(Rows, Option<Held>), HistoryFailed> {
    loop {
        // Whoever was opened up to now is asked for.
        let now = history.rows(AsOf::Now)?;
        let accounts: Vec<AccountId> = {
            let names = history.directory().read();
            (0..names.accounts.len() as u32)
                .filter_map(|key| names.accounts.id(key).map(AccountId))
                .collect()
        };
        let (records, sums) = ledger.sums(&accounts);
        let Some(last) = records.checked_sub(1) else { return Ok((now, None)) };
        let rows = history.rows(AsOf::Entry(history.reader().locate(last)?.0))?;
        // Did an account open between the two looks, they are taken again.
        if history.directory().read().accounts.len() == accounts.len() {
            return Ok((rows, Some(Held { accounts, sums })));
        }
    }
}

/// What the running bank holds; without one, or of another moment, nobody can say.
fn ledger_table(
    directory: &Directory,
    held: Option<Held>,
) -> std::result::Result<Arc<dyn TableProvider>, HistoryFailed> {
    let Some(Held { accounts, sums: held }) = held else { return Ok(Arc::new(OnlyNow)) };
    let names = directory.read();
    let mut keys = Vec::with_capacity(accounts.len());
    let mut sums: [Vec<Option<i128>>; 4] = Default::default();
    for (account, held) in accounts.iter().zip(held) {
        let (Some(key), Some(held)) = (names.accounts.key(account.0), held) else { continue };
        keys.push(key);
        for (column, amount) in sums.iter_mut().zip(held) {
            column.push(crate::columns::money(amount, names.currency(key)));
        }
    }
    let mut columns: Vec<arrow::array::ArrayRef> = vec![Arc::new(UInt32Array::from(keys))];
    for column in sums {
        columns.push(Arc::new(Decimal128Array::from(column).with_data_type(MONEY)));
    }
    memory(ledger_schema(), columns)
}

fn ledger_schema() -> Schema {
    let mut fields = vec![Field::new("account_key", DataType::UInt32, false)];
    for name in ["debits_posted", "credits_posted", "debits_pending", "credits_pending"] {
        fields.push(Field::new(name, stored::MONEY, true));
    }
    Schema::new(fields)
}

/// Stands for `ledger_balances` where nobody can say.
#[derive(Debug)]
struct OnlyNow;

#[async_trait]
impl TableProvider for OnlyNow {
    fn schema(&self) -> arrow::datatypes::SchemaRef {
        Arc::new(ledger_schema())
    }

    fn table_type(&self) -> datafusion::datasource::TableType {
        datafusion::datasource::TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn datafusion::catalog::Session,
        _: Option<&Vec<usize>>,
        _: &[datafusion::prelude::Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn datafusion::physical_plan::ExecutionPlan>> {
        Err(DataFusionError::Plan(
            "ledger_balances is what the running bank holds now; it is not known of an earlier moment or without the bank".into(),
        ))
    }
}

/// A schema of views, each planned when it is named.
struct Views {
    of: &'static BTreeMap<String, View>,
    state: OnceLock<Weak<Inner>>,
}

impl std::fmt::Debug for Views {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Views").finish_non_exhaustive()
    }
}

#[async_trait]
impl SchemaProvider for Views {
    fn table_names(&self) -> Vec<String> {
        self.of.keys().cloned().collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(view) = self.of.get(name) else { return Ok(None) };
        let inner = self.state.get().and_then(Weak::upgrade);
        let inner = inner.ok_or_else(|| DataFusionError::Plan("the query has ended".into()))?;
        let plan = inner.state.create_logical_plan(&view.sql).await?;
        Ok(Some(Arc::new(ViewTable::new(plan, Some(view.sql.clone())))))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.of.contains_key(name)
    }
}
