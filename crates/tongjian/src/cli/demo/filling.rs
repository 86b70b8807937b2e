//! The page that is there at once: while the sample bank is made, it shows how far that is, at the address where the bank
//! will be.

use crate::cli::serve::Config;
use pages::filling::{Gauges, serve};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::runtime::{Builder, Runtime};

/// It, until it is dropped.
pub struct Filling {
    gauges: Arc<Gauges>,
    listener: TcpListener,
    /// Its thread ends with it.
    _runtime: Runtime,
}

impl Filling {
    /// Opens it at the usual address, or a free one, and says where; none if the machine has no room for it, since the bank is
    /// made all the same.
    pub fn open(meant: u64) -> Option<Filling> {
        let usual = Config::of(None).ok()?.api.listen;
        let listener =
            TcpListener::bind(usual).or_else(|_| TcpListener::bind("127.0.0.1:0")).ok()?;
        let gauges = Arc::new(Gauges { meant: AtomicU64::new(meant), ..Gauges::default() });
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().ok()?;
        let (served, told) = (listener.try_clone().ok()?, Arc::clone(&gauges));
        runtime.spawn(serve(served, told));
        if let Ok(address) = listener.local_addr() {
            eprintln!("open this in a browser and watch: http://localhost:{}", address.port());
        }
        Some(Filling { gauges, listener, _runtime: runtime })
    }

    /// What it shows.
    pub fn gauges(&self) -> Arc<Gauges> {
        Arc::clone(&self.gauges)
    }

    /// Where the bank goes on.
    pub fn listener(&self) -> Option<Arc<TcpListener>> {
        self.listener.try_clone().ok().map(Arc::new)
    }
}
