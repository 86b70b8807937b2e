//! Finds the tools the checks need and installs those that are missing, saying so before it does.
//! Touches the toolchain (rustup), the system's packages (apt-get) and a Python environment under the
//! target folder, nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::{cargo, run, succeeds, target_folder};

/// Python packages: how `import` knows one, and how pip does.
type Packages = &'static [(&'static str, &'static str)];

/// What the second reader of the journal uses: it checks Ed25519 signatures with it.
const READER: Packages = &[("cryptography", "cryptography")];
/// Clients and servers nobody here wrote, which the tables are tried with: Flight SQL by ADBC and by Arrow, Parquet
/// by DuckDB, an S3-compatible store by moto; and who makes up requests from the API's own document.
const CLIENTS: Packages = &[
    ("adbc_driver_flightsql", "adbc-driver-flightsql"),
    ("adbc_driver_manager", "adbc-driver-manager"),
    ("pyarrow.flight", "pyarrow"),
    ("duckdb", "duckdb"),
    ("moto.server", "moto[server]"),
    ("cryptography", "cryptography"),
    // Pinned: its next version asks other questions, and what it finds is mended on a day of our choosing.
    ("schemathesis", "schemathesis==4.32.5"),
];

/// The libraries whose models are read, which they are compared with.
const LIBRARIES: Packages = &[
    ("lightgbm", "lightgbm"),
    ("xgboost", "xgboost"),
    ("sklearn", "scikit-learn"),
    ("onnx", "onnx"),
    ("onnxmltools", "onnxmltools"),
    ("skl2onnx", "skl2onnx"),
    ("onnxruntime", "onnxruntime"),
];

/// rustfmt and clippy, by rustup where they are missing.
pub fn rust_components() -> Result<(), String> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if succeeds(&mut cargo(&[subcommand, "--version"])) {
            println!("{component}: present");
            continue;
        }
        println!("{component}: missing, rustup adds it");
        run(Command::new("rustup").args(["component", "add", component]))
            .map_err(|why| format!("{why}; install {component} for your toolchain by hand"))?;
    }
    Ok(())
}

/// A Python that can run the second reader.
pub fn python() -> Result<PathBuf, String> {
    python_with("python", READER)
}

/// A Python with the clients of others.
pub fn clients() -> Result<PathBuf, String> {
    python_with("clients", CLIENTS)
}

/// A Python with the libraries that make models.
pub fn libraries() -> Result<PathBuf, String> {
    python_with("libraries", LIBRARIES)
}

/// What drives the browser, and what judges pages in it.
const BROWSER: [(&str, &str); 2] = [("playwright-core", "1.65.1"), ("axe-core", "4.14.1")];

/// What else measures pages where all of it is wanted.
const LIGHTHOUSE: (&str, &str) = ("lighthouse", "13.5.0");

/// A browser, fonts for both languages, Node.js, and the folder with what drives the browser from it.
pub fn browser() -> Result<PathBuf, String> {
    let mut missing = Vec::new();
    if !["chromium", "chromium-browser", "google-chrome"].iter().any(|name| has(name)) {
        missing.push("chromium");
    }
    // Without them a page in Chinese is a page of boxes.
    if !succeeds(Command::new("sh").args(["-c", "fc-list :lang=zh family | grep -q ."])) {
        missing.extend(["fontconfig", "fonts-noto-cjk"]);
    }
    if !has("node") {
        missing.push("nodejs");
    }
    if !has("npm") {
        missing.push("npm");
    }
    if missing.is_empty() {
        println!("browser, fonts, node: present");
    } else {
        println!("browser: {} missing, apt-get installs them", missing.join(", "));
        apt_get(&missing)?;
    }
    let folder = target_folder()?.join("browser");
    npm_packages(&folder, &BROWSER)?;
    Ok(folder)
}

/// Lighthouse, beside what drives the browser.
pub fn lighthouse(folder: &Path) -> Result<(), String> {
    let [driver, judge] = BROWSER;
    npm_packages(folder, &[driver, judge, LIGHTHOUSE])
}

/// These packages, all of them fetched where one is missing.
fn npm_packages(folder: &Path, wanted: &[(&str, &str)]) -> Result<(), String> {
    let there = |name: &str| folder.join("node_modules").join(name).join("package.json").exists();
    if wanted.iter().all(|(name, _)| there(name)) {
        return Ok(());
    }
    let named: Vec<String> =
        wanted.iter().map(|(name, version)| format!("{name}@{version}")).collect();
    println!("browser: npm fetches {} into {}", named.join(", "), folder.display());
    std::fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let mut npm = Command::new("npm");
    npm.env("PUPPETEER_SKIP_DOWNLOAD", "1").args([
        "install",
        "--no-audit",
        "--no-fund",
        "--prefix",
    ]);
    run(npm.arg(folder).args(named))
}

fn has(program: &str) -> bool {
    succeeds(Command::new("sh").args(["-c", &format!("command -v {program}")]))
}

/// The system's own Python when it has the packages, else one of ours, in a folder of the target folder.
fn python_with(name: &str, packages: Packages) -> Result<PathBuf, String> {
    if !succeeds(Command::new("python3").arg("--version")) {
        println!("python3: missing, apt-get installs it");
        apt_get(&["python3", "python3-venv"])?;
    }
    let wanted = packages.iter().map(|(_, package)| *package).collect::<Vec<_>>().join(", ");
    let system = Path::new("python3");
    if has_packages(system, packages) {
        println!("python3: present, with {wanted}");
        return Ok(system.to_path_buf());
    }
    let folder = target_folder()?.join(name);
    let ours = folder.join("bin").join("python3");
    if has_packages(&ours, packages) {
        println!("python3: the environment in {} is complete", folder.display());
        return Ok(ours);
    }
    println!("python3: lacks some of {wanted}; making {}", folder.display());
    let make = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    make().or_else(|_| apt_get(&["python3-venv"]).and_then(|()| make()))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(&ours).args(pip).args(packages.iter().map(|(_, package)| package)))?;
    if has_packages(&ours, packages) {
        return Ok(ours);
    }
    Err(format!("{} still cannot import all of {wanted}", ours.display()))
}

fn has_packages(python: &Path, packages: Packages) -> bool {
    let imports: Vec<&str> = packages.iter().map(|(module, _)| *module).collect();
    succeeds(Command::new(python).args(["-c", &format!("import {}", imports.join(", "))]))
}

/// Installs Debian packages, through `sudo -n` when we are not root; never asks a question.
fn apt_get(packages: &[&str]) -> Result<(), String> {
    let advice = format!("install {} with your system's own tool", packages.join(" "));
    let root = succeeds(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0"]));
    let prefix: &[&str] = if root { &["apt-get"] } else { &["sudo", "-n", "apt-get"] };
    let command = |arguments: &[&str]| {
        let mut command = Command::new(prefix[0]);
        command.args(&prefix[1..]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(&mut command(&["update", "-qq"])).map_err(|why| format!("{why}; {advice}"))?;
    let mut install = command(&["install", "-y", "-qq", "--no-install-recommends"]);
    run(install.args(packages)).map_err(|why| format!("{why}; {advice}"))
}
