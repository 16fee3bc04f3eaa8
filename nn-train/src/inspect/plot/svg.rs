//! A picture without any tool: SVG.

use super::layout::{Box, Edge, layout};
use crate::inspect::graph::{Connections, Node};
use std::fmt::Write;

pub(super) fn render(graph: &Connections<'_>, name: &str) -> String {
    let root = layout(graph, 0, name.to_string());
    let (width, height) = (root.width + 16.0, root.height + 16.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\">\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0,0.5 L7.5,4 L0,7.5 z\" fill=\"#5b6770\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    draw(&root, 8.0, 8.0, 0, &mut out);
    out + "</svg>\n"
}

/// Fill and border of a box.
fn colors(node: Option<Node>) -> (&'static str, &'static str) {
    match node {
        Some(Node::Input(_)) => ("#e3f4e8", "#3c8c57"),
        Some(Node::Op(_)) => ("#fdf3dc", "#b98a1d"),
        _ => ("#e4eefb", "#3b6fb0"),
    }
}

fn draw(b: &Box, x: f64, y: f64, depth: usize, out: &mut String) {
    let (left, top) = (x + b.x, y + b.y);
    let (middle, w, h) = (left + b.width / 2.0, b.width, b.height);
    match &b.frame {
        Some(frame) => {
            let fill = ["#ffffff", "#f6f8fa", "#eef1f5", "#e6eaf0"][depth.min(3)];
            let _ = writeln!(
                out,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"6\" fill=\"{fill}\" stroke=\"#aeb8c2\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" fill=\"#39434d\" font-weight=\"bold\">{}</text>",
                left + 10.0,
                top + 17.0,
                escape(&b.lines[0])
            );
            frame.edges.iter().for_each(|e| connect(e, left, top, out));
            frame
                .boxes
                .iter()
                .for_each(|inner| draw(inner, left, top, depth + 1, out));
        }
        None => {
            let (fill, stroke) = colors(b.node);
            let round = if matches!(b.node, Some(Node::Call(_))) {
                4.0
            } else {
                h / 2.0
            };
            let _ = writeln!(
                out,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"{round:.0}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n\
                 <text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#1c242b\">{}</text>\n\
                 <text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#5b6770\" font-size=\"11\">{}</text>",
                top + 18.0,
                escape(&b.lines[0]),
                top + 33.0,
                escape(&b.lines[1])
            );
        }
    }
}

fn connect(edge: &Edge, x: f64, y: f64, out: &mut String) {
    let p: Vec<(f64, f64)> = edge.points.iter().map(|(a, b)| (a + x, b + y)).collect();
    let path = match p[..] {
        [a, b] => format!("M{:.1},{:.1} L{:.1},{:.1}", a.0, a.1, b.0, b.1),
        [a, b, c, d] => format!(
            "M{:.1},{:.1} C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1} L{:.1},{:.1} C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}",
            a.0,
            a.1,
            a.0,
            a.1 + 16.0,
            b.0,
            a.1 + 6.0,
            b.0,
            b.1,
            c.0,
            c.1,
            c.0,
            d.1 - 6.0,
            d.0,
            d.1 - 18.0,
            d.0,
            d.1
        ),
        _ => return,
    };
    let _ = writeln!(
        out,
        "<path d=\"{path}\" fill=\"none\" stroke=\"#5b6770\" marker-end=\"url(#arrow)\"/>"
    );
}

pub(in crate::inspect) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
