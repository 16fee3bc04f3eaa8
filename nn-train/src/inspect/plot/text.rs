//! Graphviz's DOT and Mermaid.

use super::{shapes, title};
use crate::inspect::graph::{Connections, Node};
use nn_core::program::ValueId;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The name of a node in the text.
fn id(node: Node) -> String {
    match node {
        Node::Input(i) => format!("input{i}"),
        Node::Call(i) => format!("call{i}"),
        Node::Op(i) => format!("op{i}"),
    }
}

/// The drawn node that a value comes from: layers made of layers are frames, and edges go to what is inside.
fn source(graph: &Connections<'_>, value: ValueId, seen_from: Node) -> Option<Node> {
    let mut at = graph.maker(value, seen_from)?;
    while let Node::Call(i) = at {
        if !graph.is_composite(i) {
            break;
        }
        let inside = graph
            .children(i)
            .into_iter()
            .rev()
            .find(|&c| gives(graph, c, value));
        match inside {
            Some(node) => at = node,
            // It hands on what it was given.
            None => {
                return graph
                    .call(i)
                    .inputs
                    .first()
                    .and_then(|&t| source(graph, t, at));
            }
        }
    }
    Some(at)
}

fn gives(graph: &Connections<'_>, node: Node, value: ValueId) -> bool {
    !matches!(node, Node::Input(_)) && graph.outputs(node).contains(&value)
}

/// All edges between drawn nodes.
fn edges(graph: &Connections<'_>) -> BTreeSet<(String, String)> {
    fn inside(graph: &Connections<'_>, call: usize, all: &mut BTreeSet<(String, String)>) {
        for node in graph.children(call) {
            match node {
                Node::Call(i) if graph.is_composite(i) => inside(graph, i, all),
                _ => {
                    for &t in graph.inputs(node) {
                        if let Some(from) = source(graph, t, node) {
                            all.insert((id(from), id(node)));
                        }
                    }
                }
            }
        }
    }
    let mut all = BTreeSet::new();
    inside(graph, 0, &mut all);
    all
}

pub(super) fn dot(graph: &Connections<'_>, name: &str) -> String {
    fn inside(graph: &Connections<'_>, call: usize, depth: usize, out: &mut String) {
        let pad = "  ".repeat(depth);
        for node in graph.children(call) {
            match node {
                Node::Call(i) if graph.is_composite(i) => {
                    let _ = writeln!(
                        out,
                        "{pad}subgraph cluster_{i} {{\n{pad}  label=\"{}\";",
                        title(graph, node)
                    );
                    inside(graph, i, depth + 1, out);
                    let _ = writeln!(out, "{pad}}}");
                }
                _ => {
                    let shape = if matches!(node, Node::Op(_)) {
                        "ellipse"
                    } else {
                        "box"
                    };
                    let (title, shapes) = (title(graph, node), shapes(graph, node));
                    let _ = writeln!(
                        out,
                        "{pad}{} [shape={shape}, label=\"{title}\\n{shapes}\"];",
                        id(node)
                    );
                }
            }
        }
    }
    let mut out =
        format!("digraph \"{name}\" {{\n  node [fontname=\"sans-serif\", fontsize=11];\n");
    for i in 0..graph.graph.inputs().len() {
        let node = Node::Input(i);
        let _ = writeln!(
            out,
            "  {} [shape=box, style=rounded, label=\"{}\\n{}\"];",
            id(node),
            title(graph, node),
            shapes(graph, node)
        );
    }
    inside(graph, 0, 1, &mut out);
    for (from, to) in edges(graph) {
        let _ = writeln!(out, "  {from} -> {to};");
    }
    out + "}\n"
}

pub(super) fn mermaid(graph: &Connections<'_>, name: &str) -> String {
    fn inside(graph: &Connections<'_>, call: usize, depth: usize, out: &mut String) {
        let pad = "  ".repeat(depth);
        for node in graph.children(call) {
            match node {
                Node::Call(i) if graph.is_composite(i) => {
                    let _ = writeln!(out, "{pad}subgraph group{i}[\"{}\"]", title(graph, node));
                    inside(graph, i, depth + 1, out);
                    let _ = writeln!(out, "{pad}end");
                }
                _ => {
                    let (open, close) = if matches!(node, Node::Op(_)) {
                        ("([", "])")
                    } else {
                        ("[", "]")
                    };
                    let (title, shapes) = (title(graph, node), shapes(graph, node));
                    let _ = writeln!(
                        out,
                        "{pad}{}{open}\"{title}<br/>{shapes}\"{close}",
                        id(node)
                    );
                }
            }
        }
    }
    let mut out = format!("---\ntitle: {name}\n---\nflowchart TD\n");
    for i in 0..graph.graph.inputs().len() {
        let node = Node::Input(i);
        let _ = writeln!(
            out,
            "  {}([\"{}<br/>{}\"])",
            id(node),
            title(graph, node),
            shapes(graph, node)
        );
    }
    inside(graph, 0, 1, &mut out);
    for (from, to) in edges(graph) {
        let _ = writeln!(out, "  {from} --> {to}");
    }
    out
}
