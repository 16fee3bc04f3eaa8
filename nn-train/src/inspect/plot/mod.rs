//! Drawing a model's graph: SVG, Graphviz's DOT, Mermaid.

mod layout;
pub(super) mod svg;
mod text;

use crate::inspect::graph::{Connections, Node};
use crate::inspect::summary::keras_shape;
use crate::saving::write_whole;
use nn_core::{Error, Graph, Module, Result};
use std::path::Path;

/// Writes the graph in the format of the path's ending.
pub(crate) fn write(model: &dyn Module, traced: &Graph, path: &Path) -> Result<()> {
    let graph = Connections::new(traced);
    let title = model.class_name().unwrap_or("model");
    let text = match path.extension().and_then(|e| e.to_str()) {
        Some("svg") => svg::render(&graph, title),
        Some("dot" | "gv") => text::dot(&graph, title),
        Some("mmd" | "mermaid") => text::mermaid(&graph, title),
        other => {
            return Err(Error::value(format!(
                "{}: cannot draw to `.{}`; use .svg, .dot or .mmd (Mermaid)",
                path.display(),
                other.unwrap_or_default()
            )));
        }
    };
    write_whole(path, text.as_bytes())
}

/// The first line of a node's label: what it is.
fn title(graph: &Connections<'_>, node: Node) -> String {
    match node {
        Node::Input(i) => graph.input_name(i),
        Node::Call(i) => {
            let call = graph.call(i);
            let parent = call.parent.map_or("", |p| graph.call(p).path.as_str());
            let local = call
                .path
                .strip_prefix(parent)
                .map_or(call.path.as_str(), |l| l.trim_start_matches('.'));
            format!("{local} ({})", call.class_name)
        }
        Node::Op(i) => graph.op(i).op.name().to_string(),
    }
}

/// The second line of a node's label: the shapes of what it gives.
fn shapes(graph: &Connections<'_>, node: Node) -> String {
    let outputs = graph.outputs(node).iter();
    let all: Vec<String> = outputs
        .map(|&id| keras_shape(&graph.graph.shape(id)))
        .collect();
    all.join(", ")
}
