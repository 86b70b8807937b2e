//! Where the files lie: a folder of the bank, or S3, Google Cloud Storage or Azure by their addresses. All
//! names are below one prefix; nothing is ever changed in place.

use crate::failed::HistoryFailed;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What names in the environment begin with that are for a store.
const PROVIDERS: [&str; 3] = ["AWS_", "GOOGLE_", "AZURE_"];

/// The files of a bank's history.
#[derive(Clone)]
pub struct Archive {
    store: Arc<dyn ObjectStore>,
    /// The folder, if it is one: what was written there is synced.
    folder: Option<PathBuf>,
    address: String,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Archive {
    /// Files in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be made or used.
    pub fn folder(folder: &std::path::Path) -> Result<Archive, HistoryFailed> {
        let address = folder.display().to_string();
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| HistoryFailed::Archive {
            doing: "use",
            name: address.clone(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(error.into()))?;
        let folder = folder.canonicalize().map_err(|error| failed(error.into()))?;
        let store =
            LocalFileSystem::new_with_prefix(&folder).map_err(|error| failed(error.into()))?;
        Ok(Archive { store: Arc::new(store), folder: Some(folder), address })
    }

    /// Files at an address: `s3://bucket/prefix`, `gs://…`, `az://…`, `memory:///`. What the address leaves
    /// open (keys, region, endpoint) comes from `options`, by the names `object_store` gives them, or from
    /// the environment, by the same names in capitals.
    ///
    /// # Errors
    /// An address or option that is not understood.
    pub fn at(address: &str, options: &BTreeMap<String, String>) -> Result<Archive, HistoryFailed> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| HistoryFailed::Archive {
            doing: "use",
            name: address.to_owned(),
            source,
        };
        let url = url::Url::parse(address).map_err(|error| failed(error.into()))?;
        let mut all: BTreeMap<String, String> = std::env::vars()
            .filter(|(name, _)| PROVIDERS.iter().any(|of| name.starts_with(of)))
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect();
        all.extend(options.clone());
        let (store, prefix) =
            object_store::parse_url_opts(&url, all.iter()).map_err(|error| failed(error.into()))?;
        let store = PrefixStore::new(store, prefix);
        Ok(Archive { store: Arc::new(store), folder: None, address: address.to_owned() })
    }

    /// Any store, such as one that fails on purpose.
    pub fn of(store: Arc<dyn ObjectStore>, address: &str) -> Archive {
        Archive { store, folder: None, address: address.to_owned() }
    }

    /// The store, for who reads files.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// Where it is, for people.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The folder, if the files lie in one.
    pub fn local(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    /// Puts a file, replacing one of that name; durable in a folder when this returns.
    ///
    /// # Errors
    /// The store's.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), HistoryFailed> {
        let put = self.store.put(&Path::from(name), PutPayload::from(bytes)).await;
        put.map_err(|error| self.failed("write", name, error))?;
        self.sync(name)
    }

    /// Puts a file unless there is one of that name; says whether it did.
    ///
    /// # Errors
    /// The store's.
    pub async fn create(&self, name: &str, bytes: Vec<u8>) -> Result<bool, HistoryFailed> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let payload = PutPayload::from(bytes);
        match self.store.put_opts(&Path::from(name), payload, options).await {
            Ok(_) => self.sync(name).map(|()| true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(self.failed("write", name, error)),
        }
    }

    /// A whole file; `None` if there is none.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, HistoryFailed> {
        let found = match self.store.get(&Path::from(name)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            other => other.map_err(|error| self.failed("read", name, error))?,
        };
        let bytes = found.bytes().await.map_err(|error| self.failed("read", name, error))?;
        Ok(Some(bytes.to_vec()))
    }

    /// Names below a folder, sorted, and their lengths.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self, folder: &str) -> Result<Vec<(String, u64)>, HistoryFailed> {
        use futures::TryStreamExt;
        let prefix = Path::from(folder);
        let listed: Result<Vec<_>, _> = self.store.list(Some(&prefix)).try_collect().await;
        let listed = listed.map_err(|error| self.failed("list", folder, error))?;
        let name = |path: &Path| path.filename().unwrap_or_default().to_owned();
        let mut names: Vec<_> =
            listed.into_iter().map(|meta| (name(&meta.location), meta.size)).collect();
        names.sort();
        Ok(names)
    }

    fn failed(&self, doing: &'static str, name: &str, error: object_store::Error) -> HistoryFailed {
        let name = format!("{}/{name}", self.address.trim_end_matches('/'));
        HistoryFailed::Archive { doing, name, source: error.into() }
    }

    /// In a folder a file is there after a power cut only if it and its folder were synced.
    fn sync(&self, name: &str) -> Result<(), HistoryFailed> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(name);
        let synced = std::fs::File::open(&path).and_then(|file| file.sync_all()).and_then(|()| {
            let parent = path.parent().unwrap_or(folder);
            std::fs::File::open(parent)?.sync_all()
        });
        synced.map_err(|source| HistoryFailed::Archive {
            doing: "sync",
            name: path.display().to_string(),
            source: source.into(),
        })
    }
}
