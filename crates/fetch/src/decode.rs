//! Undoes `Content-Encoding` under a limit, so that the bytes as received can be kept beside the body.

use std::io::{Cursor, Read};

/// Layers undone at most; more than two are never seen outside of attacks.
const LAYERS: usize = 3;
/// Below this many bytes the ratio is not looked at: small pages of one repeated line are harmless.
const RATIO_FLOOR_BYTES: u64 = 1 << 20;
/// 8 MiB, the most a zstd window may take on the web (RFC 9659).
const ZSTD_WINDOW_LOG: u32 = 23;

/// Why a body could not be decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// More came out than the limit allows, or more for its size than an honest page holds.
    TooLarge,
    /// The bytes break off or are no such encoding.
    Broken(String),
}

/// Decodes `received` by the value of its `Content-Encoding`, innermost last as the header lists them.
///
/// An encoding that is unknown, or claimed of a body that plainly is not so encoded, is left alone.
pub(crate) fn decode(
    received: &[u8],
    encodings: &str,
    limit_bytes: u64,
    ratio: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    let mut body: Option<Vec<u8>> = None;
    let limit = limit_bytes.min((received.len() as u64).saturating_mul(ratio).max(RATIO_FLOOR_BYTES));
    let layers: Vec<&str> = encodings.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if layers.len() > LAYERS {
        return Err(Failure::Broken(format!("{} layers of content encoding", layers.len())));
    }
    for name in layers.into_iter().rev() {
        let input = body.as_deref().unwrap_or(received);
        let output = match name.to_ascii_lowercase().as_str() {
            _ if input.is_empty() => None,
            "gzip" | "x-gzip" if input.starts_with(&[0x1f, 0x8b]) => Some(gunzip(input, limit)?),
            "deflate" => Some(inflate(input, limit)?),
            "br" => Some(read_all(brotli_decompressor::Decompressor::new(input, 8192), limit)?),
            "zstd" if input.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => Some(unzstd(input, limit)?),
            _ => None,
        };
        if output.is_some() {
            body = output;
        }
    }
    Ok(body)
}

fn gunzip(input: &[u8], limit: u64) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let mut rest = Cursor::new(input);
    loop {
        let mut member = flate2::bufread::GzDecoder::new(&mut rest);
        append(&mut member, limit, &mut out)?;
        let at = usize::try_from(rest.position()).unwrap_or(input.len());
        // Bytes after the last member that start no new one are padding some servers leave.
        if !input.get(at..).is_some_and(|tail| tail.starts_with(&[0x1f, 0x8b])) {
            return Ok(out);
        }
    }
}

/// `deflate` on the web is zlib by the book and bare deflate from some servers.
fn inflate(input: &[u8], limit: u64) -> Result<Vec<u8>, Failure> {
    let zlib = matches!(input, [a, b, ..] if a & 0x0f == 8 && u16::from_be_bytes([*a, *b]) % 31 == 0);
    if zlib {
        read_all(flate2::bufread::ZlibDecoder::new(input), limit)
    } else {
        read_all(flate2::bufread::DeflateDecoder::new(input), limit)
    }
}

fn unzstd(input: &[u8], limit: u64) -> Result<Vec<u8>, Failure> {
    let broken = |e: std::io::Error| Failure::Broken(e.to_string());
    let mut decoder = zstd::stream::read::Decoder::with_buffer(input).map_err(broken)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(broken)?;
    read_all(decoder, limit)
}

fn read_all(mut reader: impl Read, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    append(&mut reader, limit, &mut out)?;
    Ok(out)
}

fn append(reader: &mut impl Read, limit: u64, out: &mut Vec<u8>) -> Result<(), Failure> {
    let room = limit.saturating_sub(out.len() as u64);
    let read = reader.take(room + 1).read_to_end(out).map_err(|e| Failure::Broken(e.to_string()))?;
    if read as u64 > room { Err(Failure::TooLarge) } else { Ok(()) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Write;

    pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn raw(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    /// One brotli stream that stores its bytes as they are: empty window bits, uncompressed meta-block, end.
    fn brotli(body: &[u8]) -> Vec<u8> {
        assert!(!body.is_empty() && body.len() <= 1 << 16);
        // WBITS=16 (bit 0), ISLAST=0, MNIBBLES=4 (00), MLEN-1 in 16 bits, ISUNCOMPRESSED=1, to the byte.
        let bits: u32 = (body.len() as u32 - 1) << 4 | 1 << 20;
        let mut out = vec![bits as u8, (bits >> 8) as u8, (bits >> 16) as u8];
        out.extend_from_slice(body);
        out.push(3); // ISLAST, ISLASTEMPTY
        out
    }

    fn check(received: &[u8], encoding: &str, expected: Result<Option<&[u8]>, &str>) {
        let got = decode(received, encoding, 1 << 24, 200);
        match (&got, expected) {
            (Ok(got), Ok(expected)) => assert_eq!(got.as_deref(), expected, "{encoding}"),
            (Err(Failure::TooLarge), Err("too large")) | (Err(Failure::Broken(_)), Err("broken")) => {}
            _ => panic!("{encoding}: {got:?} is not {expected:?}"),
        }
    }

    #[test]
    fn every_encoding_we_ask_for_is_undone() {
        let text = b"The two sides agreed to speak again. ".repeat(20);
        let text = text.as_slice();
        check(&gzip(text), "gzip", Ok(Some(text)));
        check(&gzip(text), "X-GZIP", Ok(Some(text)));
        check(&zlib(text), "deflate", Ok(Some(text)));
        check(&raw(text), "deflate", Ok(Some(text)));
        check(&brotli(text), "br", Ok(Some(text)));
        check(&zstd::bulk::compress(text, 3).unwrap(), "zstd", Ok(Some(text)));
        check(&gzip(&zlib(text)), "deflate, gzip", Ok(Some(text)));
        check(text, "", Ok(None));
        check(text, "identity", Ok(None));
        check(text, "utf-8", Ok(None));
    }

    #[test]
    fn encodings_that_lie_or_break_are_told_apart() {
        let text = b"plain words".as_slice();
        check(text, "gzip", Ok(None));
        check(text, "zstd", Ok(None));
        check(b"", "br", Ok(None));
        let whole = gzip(&b"0123456789".repeat(1000));
        check(&whole[..whole.len() / 2], "gzip", Err("broken"));
        check(text, "gzip,gzip,gzip,gzip", Err("broken"));
        let mut two = gzip(b"one ");
        two.extend(gzip(b"two"));
        two.extend(b"\0\0\0");
        check(&two, "gzip", Ok(Some(b"one two")));
    }

    #[test]
    fn bombs_end_at_the_limit() {
        let zeros = vec![0u8; 32 << 20];
        check(&gzip(&zeros), "gzip", Err("too large"));
        check(&zstd::bulk::compress(&zeros, 3).unwrap(), "zstd", Err("too large"));
        // 4 MiB fit the limit, but not the ratio of 200.
        check(&gzip(&zeros[..4 << 20]), "gzip", Err("too large"));
        check(&gzip(&zeros[..1 << 20]), "gzip", Ok(Some(&zeros[..1 << 20])));
        check(&gzip(&gzip(&zeros)), "gzip, gzip", Err("too large"));
    }
}
