//! Keras's table of a model: layer, type, output shape, parameters, connections.

use crate::inspect::graph::{Connections, Node};
use nn_core::__private::columns;
use nn_core::module::{self, Module};
use nn_core::program::ValueId;
use nn_core::{Graph, Shape, is_known};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

/// One layer of a [`Summary`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// Path of the layer in the model.
    pub path: String,
    /// Its class.
    pub class_name: String,
    /// How deep it is nested: 0 for the layers that the model's `call` calls itself.
    pub depth: usize,
    /// Shapes of what it gives back; empty if `call` never reached it.
    pub outputs: Vec<Shape>,
    /// How many numbers its parameters and buffers hold, those of nested layers included.
    pub params: usize,
    /// Where its inputs come from.
    pub connected_to: Vec<String>,
}

/// The summary of a model; prints as a table.
///
/// ```no_run
/// # fn f(model: impl nn::Model) -> nn::Result<()> {
/// let summary = model.summary([784])?;
/// println!("{summary}");
/// println!("{}", summary.expand_nested());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Summary {
    class_name: String,
    rows: Vec<Row>,
    nested: bool,
    trainable: Count,
    non_trainable: Count,
}

/// Numbers and the bytes that they take.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    numbers: usize,
    bytes: usize,
}

impl Summary {
    pub(crate) fn new(model: &dyn Module, traced: Graph) -> Summary {
        let graph = Connections::new(&traced);
        let mut rows: Vec<Row> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (i, call) in traced.calls().iter().enumerate().skip(1) {
            let connected_to = connections(&graph, i);
            match places.get(&call.path) {
                // A layer that is called again: one row, all connections.
                Some(&place) => {
                    let connections = &mut rows[place].connected_to;
                    for c in connected_to {
                        if !connections.contains(&c) {
                            connections.push(c);
                        }
                    }
                }
                None => {
                    places.insert(call.path.clone(), rows.len());
                    rows.push(Row {
                        path: call.path.clone(),
                        class_name: call.class_name.to_string(),
                        depth: graph.ancestors(Node::Call(i)).len() - 1,
                        outputs: call.outputs.iter().map(|&id| traced.shape(id)).collect(),
                        params: 0,
                        connected_to,
                    });
                }
            }
        }
        add_uncalled(model, &mut rows, &mut places);
        let (mut trainable, mut non_trainable) = (Count::default(), Count::default());
        for p in module::parameters(model) {
            let count = if p.trainable() {
                &mut trainable
            } else {
                &mut non_trainable
            };
            count.numbers += p.count();
            count.bytes += p.count() * p.dtype().size();
            for layer in above(p.path()) {
                if let Some(&place) = places.get(layer) {
                    rows[place].params += p.count();
                }
            }
        }
        Summary {
            class_name: model.class_name().unwrap_or("model").to_string(),
            rows,
            nested: false,
            trainable,
            non_trainable,
        }
    }

    /// With the layers inside layers as rows of their own.
    pub fn expand_nested(&self) -> Summary {
        Summary {
            nested: true,
            ..self.clone()
        }
    }

    /// The rows, nested ones too, in the order of their calls.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How many numbers all parameters and buffers hold.
    pub fn total_params(&self) -> usize {
        self.trainable.numbers + self.non_trainable.numbers
    }

    /// How many numbers training changes.
    pub fn trainable_params(&self) -> usize {
        self.trainable.numbers
    }

    /// How many numbers training does not change: buffers and frozen parameters.
    pub fn non_trainable_params(&self) -> usize {
        self.non_trainable.numbers
    }
}

/// Adds rows for layers directly in the model that `call` did not reach, to rows that stand at these places.
fn add_uncalled(model: &dyn Module, rows: &mut Vec<Row>, places: &mut HashMap<String, usize>) {
    let holders = |path: &String| above(path).map(str::to_string).collect::<Vec<_>>();
    let mut holds_a_row: HashSet<String> = places.keys().flat_map(holders).collect();
    module::walk(model, &mut |path, node| {
        let Some(class_name) = node.class_name() else {
            return;
        };
        let covered = holds_a_row.contains(path)
            || places.contains_key(path)
            || above(path).any(|layer| places.contains_key(layer));
        if !path.is_empty() && !covered {
            holds_a_row.extend(above(path).map(str::to_string));
            places.insert(path.to_string(), rows.len());
            rows.push(Row {
                path: path.to_string(),
                class_name: class_name.to_string(),
                depth: 0,
                outputs: Vec::new(),
                params: 0,
                connected_to: Vec::new(),
            });
        }
    });
}

/// The paths of what holds the item of a path: `a` and `a.b` for `a.b.c`.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('.').map(|(end, _)| &path[..end])
}

/// Where the inputs of a call come from, operations with the layers behind them: `add(cnn2, identity_mapping)`.
fn connections(graph: &Connections<'_>, call: usize) -> Vec<String> {
    let node = Node::Call(call);
    let names = graph.inputs(node).iter().filter_map(|&t| {
        let maker = graph.maker(t, node)?;
        Some(match maker {
            Node::Op(i) => {
                let mut sources = Vec::new();
                sources_of(graph, maker, &mut sources, &mut BTreeSet::new());
                format!("{}({})", graph.op(i).op.name(), sources.join(", "))
            }
            other => name(graph, other),
        })
    });
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

fn name(graph: &Connections<'_>, node: Node) -> String {
    match node {
        Node::Input(i) => graph.input_name(i),
        Node::Call(i) => graph.call(i).path.clone(),
        Node::Op(i) => graph.op(i).op.name().to_string(),
    }
}

/// The layers and inputs behind an operation, through further operations.
fn sources_of(
    graph: &Connections<'_>,
    op: Node,
    sources: &mut Vec<String>,
    seen: &mut BTreeSet<ValueId>,
) {
    for &t in graph.inputs(op) {
        if !seen.insert(t) {
            continue;
        }
        match graph.maker(t, op) {
            Some(further @ Node::Op(_)) => sources_of(graph, further, sources, seen),
            Some(node) => {
                let name = name(graph, node);
                if !sources.contains(&name) {
                    sources.push(name);
                }
            }
            None => {}
        }
    }
}

/// A shape as Keras writes it: `(None, 28, 28, 32)`.
pub(crate) fn keras_shape(shape: &Shape) -> String {
    let dims: Vec<String> = shape
        .iter()
        .map(|&d| {
            if is_known(d) {
                d.to_string()
            } else {
                "None".to_string()
            }
        })
        .collect();
    match dims.len() {
        1 => format!("({},)", dims[0]),
        _ => format!("({})", dims.join(", ")),
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

/// Bytes as Keras writes them: `99.41 KB`.
pub(crate) fn size(bytes: usize) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KB", "MB", "GB"] {
        if value < 1024.0 {
            return format!("{value:.2} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.2} TB")
}

impl Row {
    fn cells(&self, parent: &str, nested: bool) -> [String; 4] {
        let local = match parent.is_empty() {
            true => self.path.as_str(),
            false => self
                .path
                .strip_prefix(parent)
                .map_or(self.path.as_str(), |rest| rest.trim_start_matches('.')),
        };
        let indent = match (nested, self.depth) {
            (true, 1..) => format!("{}└ ", "  ".repeat(self.depth - 1)),
            _ => String::new(),
        };
        let shapes: Vec<String> = self.outputs.iter().map(keras_shape).collect();
        let shapes = if shapes.is_empty() {
            "not called".to_string()
        } else {
            shapes.join(", ")
        };
        [
            format!("{indent}{local} ({})", self.class_name),
            shapes,
            thousands(self.params),
            self.connected_to.join(", "),
        ]
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header =
            ["Layer (type)", "Output Shape", "Param #", "Connected to"].map(str::to_string);
        let mut table = vec![header];
        let mut parents: Vec<String> = Vec::new();
        for row in self.rows.iter().filter(|r| self.nested || r.depth == 0) {
            parents.truncate(row.depth);
            table.push(row.cells(parents.last().map_or("", String::as_str), self.nested));
            parents.push(row.path.clone());
        }
        let width: [usize; 4] = std::array::from_fn(|c| {
            table
                .iter()
                .map(|cells| cells[c].chars().count())
                .max()
                .unwrap_or(0)
        });
        let rule = |left: &str, fill: &str, middle: &str, right: &str| {
            let parts: Vec<String> = width.iter().map(|w| fill.repeat(w + 2)).collect();
            format!("{left}{}{right}", parts.join(middle))
        };
        let line = |cells: &[String; 4], bar: &str| {
            let parts: Vec<String> = cells
                .iter()
                .zip(width)
                .enumerate()
                .map(|(c, (text, w))| match c {
                    2 => format!(" {} ", columns::right(text, w)),
                    _ => format!(" {} ", columns::left(text, w)),
                })
                .collect();
            format!("{bar}{}{bar}", parts.join(bar))
        };
        writeln!(f, "Model: \"{}\"", self.class_name)?;
        writeln!(f, "{}", rule("┏", "━", "┳", "┓"))?;
        writeln!(f, "{}", line(&table[0], "┃"))?;
        writeln!(f, "{}", rule("┡", "━", "╇", "┩"))?;
        for (i, cells) in table.iter().enumerate().skip(1) {
            if i > 1 && !self.nested {
                writeln!(f, "{}", rule("├", "─", "┼", "┤"))?;
            }
            writeln!(f, "{}", line(cells, "│"))?;
        }
        writeln!(f, "{}", rule("└", "─", "┴", "┘"))?;
        let total = Count {
            numbers: self.total_params(),
            bytes: self.trainable.bytes + self.non_trainable.bytes,
        };
        let counts = [
            ("Total params", total),
            ("Trainable params", self.trainable),
            ("Non-trainable params", self.non_trainable),
        ];
        for (i, (name, count)) in counts.iter().enumerate() {
            let end = if i + 1 < counts.len() { "\n" } else { "" };
            write!(
                f,
                " {name}: {} ({}){end}",
                thousands(count.numbers),
                size(count.bytes)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_keras() {
        assert_eq!(
            (thousands(0), thousands(1234), thousands(1_234_567)),
            ("0".into(), "1,234".into(), "1,234,567".into())
        );
        assert_eq!(
            (size(0), size(101_800), size(12 << 20)),
            ("0.00 B".into(), "99.41 KB".into(), "12.00 MB".into())
        );
        let shape = Shape::from([nn_core::UNKNOWN, 28, 1]);
        assert_eq!(keras_shape(&shape), "(None, 28, 1)");
        assert_eq!(keras_shape(&Shape::from([nn_core::UNKNOWN])), "(None,)");
    }
}
