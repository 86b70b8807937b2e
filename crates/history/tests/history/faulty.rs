//! A store that fails at the operation it is told to, before or after it was done, as a killed program or a
//! lost connection would leave it.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Fails once, at operation number `at`; `u64::MAX` for never.
#[derive(Debug)]
pub struct Faulty {
    pub inner: Arc<InMemory>,
    pub at: AtomicU64,
    /// Whether what fails was done all the same.
    pub done_all_the_same: bool,
    pub count: AtomicU64,
}

impl Faulty {
    pub fn new(inner: Arc<InMemory>, at: u64, done_all_the_same: bool) -> Faulty {
        Faulty { inner, at: AtomicU64::new(at), done_all_the_same, count: AtomicU64::new(0) }
    }

    /// Whether this operation fails.
    fn fails(&self) -> bool {
        self.count.fetch_add(1, Ordering::SeqCst) == self.at.load(Ordering::SeqCst)
    }
}

fn broken() -> Error {
    Error::Generic { store: "faulty", source: "it failed on purpose".into() }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, at: &Path, bytes: PutPayload, opts: PutOptions) -> Result<PutResult> {
        if self.fails() {
            if self.done_all_the_same {
                self.inner.put_opts(at, bytes, opts).await?;
            }
            return Err(broken());
        }
        self.inner.put_opts(at, bytes, opts).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, opts).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        if self.fails() {
            return Err(broken());
        }
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if self.fails() {
            return Box::pin(futures::stream::once(async { Err(broken()) }));
        }
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
