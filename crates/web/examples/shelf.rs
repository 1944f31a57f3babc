//! Serves a small archive of made-up texts on loopback, for looking at the pages: `cargo run -p web --example shelf [PORT] [empty]`.

#[path = "../tests/it/shelf.rs"]
#[allow(dead_code, unreachable_pub, missing_docs, reason = "shared with the tests")]
mod shelf;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|p| p.parse().ok()).unwrap_or(8090);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let router = if std::env::args().nth(2).is_some() {
        let archive = archive::Archive::in_memory().expect("a fresh archive");
        web::router(archive, search::Index::in_ram().expect("an index in memory"), shelf::settings())
    } else {
        let shelf = shelf::fill();
        web::router(shelf.archive, shelf.index, shelf::settings())
    };
    web::serve(listener, router, std::future::pending()).await
}
