//! Rows of JSON as a Parquet file: one column a name, text unless it holds whole numbers, every one optional.

use anyhow::Context;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use serde_json::Value;
use std::io::Write;
use std::sync::Arc;

/// Rows of one group of the file.
const GROUP: usize = 2_000;

/// A Parquet file that is being written.
pub struct Table<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: &'static [&'static str],
    numbers: &'static [&'static str],
    group: Vec<Value>,
}

impl<W: Write + Send> Table<W> {
    /// A file with these columns in this order; those also in `numbers` hold whole numbers.
    pub fn new(
        out: W,
        name: &str,
        columns: &'static [&'static str],
        numbers: &'static [&'static str],
    ) -> anyhow::Result<Self> {
        let mut fields = Vec::new();
        for name in columns {
            let field = match numbers.contains(name) {
                true => Type::primitive_type_builder(name, Physical::INT64),
                false => Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                    .with_logical_type(Some(LogicalType::String)),
            };
            fields.push(Arc::new(field.with_repetition(Repetition::OPTIONAL).build()?));
        }
        let schema = Arc::new(Type::group_type_builder(name).with_fields(fields).build()?);
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(Default::default())).build();
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
        Ok(Table { writer, columns, numbers, group: Vec::new() })
    }

    /// Adds a row; columns it lacks are null.
    pub fn put(&mut self, row: Value) -> anyhow::Result<()> {
        self.group.push(row);
        if self.group.len() == GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what is left and the file's end.
    pub fn close(mut self) -> anyhow::Result<()> {
        if !self.group.is_empty() {
            self.write_group()?;
        }
        self.writer.close()?;
        Ok(())
    }

    fn write_group(&mut self) -> anyhow::Result<()> {
        let rows = std::mem::take(&mut self.group);
        let mut group = self.writer.next_row_group()?;
        for name in self.columns {
            let mut column = group.next_column()?.context("the file has a column for each name")?;
            let levels: Vec<i16> = rows.iter().map(|row| i16::from(!row[name].is_null())).collect();
            let known = rows.iter().map(|row| &row[name]).filter(|value| !value.is_null());
            if self.numbers.contains(name) {
                let values: Vec<i64> = known.filter_map(Value::as_i64).collect();
                column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
            } else {
                let values: Vec<ByteArray> = known.map(|value| ByteArray::from(plain(value).into_bytes())).collect();
                column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}

/// A value as one text: lists of texts parted by `; `, objects as JSON.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}
