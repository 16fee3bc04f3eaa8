//! Where things go in the picture: every layer made of layers is a frame, laid out on its own and then placed as one box.

use super::{shapes, title};
use crate::inspect::graph::{Connections, Node};

/// Pixels.
const CHARACTER: f64 = 6.9;
const LINE: f64 = 15.0;
const PADDING: f64 = 9.0;
pub(super) const GAP: f64 = 26.0;
const FRAME_TOP: f64 = 24.0;
const FRAME_SIDE: f64 = 16.0;
/// Room for an edge that goes around boxes.
const LANE: f64 = 14.0;

/// A node or frame at its place, relative to the frame around it.
pub(super) struct Box {
    pub(super) node: Option<Node>,
    pub(super) lines: Vec<String>,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) frame: Option<Frame>,
}

/// What is inside a frame.
pub(super) struct Frame {
    pub(super) boxes: Vec<Box>,
    pub(super) edges: Vec<Edge>,
}

/// Points from the bottom of one box to the top of another.
pub(super) struct Edge {
    pub(super) points: Vec<(f64, f64)>,
}

fn leaf(graph: &Connections<'_>, node: Node) -> Box {
    let lines = vec![title(graph, node), shapes(graph, node)];
    let longest = lines.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    Box {
        node: Some(node),
        width: longest as f64 * CHARACTER + 2.0 * PADDING,
        height: lines.len() as f64 * LINE + 2.0 * PADDING - 4.0,
        lines,
        x: 0.0,
        y: 0.0,
        frame: None,
    }
}

/// Lays out what a call is made of.
pub(super) fn layout(graph: &Connections<'_>, call: usize, heading: String) -> Box {
    let mut boxes: Vec<Box> = Vec::new();
    if call == 0 {
        boxes.extend((0..graph.graph.inputs().len()).map(|i| leaf(graph, Node::Input(i))));
    }
    for node in graph.children(call) {
        boxes.push(match node {
            Node::Call(i) if graph.is_composite(i) => {
                let mut inner = layout(
                    graph,
                    i,
                    format!("{}  {}", title(graph, node), shapes(graph, node)),
                );
                inner.node = Some(node);
                inner
            }
            _ => leaf(graph, node),
        });
    }
    let links = links(graph, &boxes);
    let lanes = place(&mut boxes, &links);
    let edges = links
        .iter()
        .map(|&(from, to)| route(&boxes, from, to))
        .collect();
    let right = boxes.iter().map(|b| b.x + b.width).fold(0.0, f64::max);
    let bottom = boxes.iter().map(|b| b.y + b.height).fold(0.0, f64::max);
    let heading_width = heading.chars().count() as f64 * CHARACTER + 2.0 * FRAME_SIDE;
    Box {
        node: None,
        lines: vec![heading],
        x: 0.0,
        y: 0.0,
        width: (right + FRAME_SIDE + lanes).max(heading_width),
        height: bottom + FRAME_SIDE,
        frame: Some(Frame { boxes, edges }),
    }
}

/// Pairs of boxes with an edge between them. Inside a nested frame, what comes from outside has no box.
fn links(graph: &Connections<'_>, boxes: &[Box]) -> Vec<(usize, usize)> {
    let mut links = Vec::new();
    for (to, b) in boxes.iter().enumerate() {
        let Some(node) = b.node else { continue };
        for &t in graph.inputs(node) {
            let Some(maker) = graph.maker(t, node) else {
                continue;
            };
            let from = boxes.iter().position(|b| b.node == Some(maker));
            if let Some(from) = from.filter(|&f| f < to && !links.contains(&(f, to))) {
                links.push((from, to));
            }
        }
    }
    links
}

/// Puts boxes into rows by their distance from the inputs, and rows below each other. Returns the room that edges
/// around boxes need on the right.
fn place(boxes: &mut [Box], links: &[(usize, usize)]) -> f64 {
    let mut row = vec![0; boxes.len()];
    for to in 0..boxes.len() {
        let above = links.iter().filter(|l| l.1 == to).map(|l| row[l.0] + 1);
        row[to] = above.max().unwrap_or(0);
    }
    let count = row.iter().max().map_or(0, |m| m + 1);
    let members: Vec<Vec<usize>> = (0..count)
        .map(|r| (0..row.len()).filter(|&i| row[i] == r).collect())
        .collect();
    let widest = members
        .iter()
        .map(|r| width_of(boxes, r))
        .fold(0.0, f64::max);
    let mut y = FRAME_TOP + 8.0;
    for r in &members {
        let mut x = FRAME_SIDE + (widest - width_of(boxes, r)) / 2.0;
        let tallest = r.iter().map(|&i| boxes[i].height).fold(0.0, f64::max);
        for &i in r {
            boxes[i].x = x;
            boxes[i].y = y;
            x += boxes[i].width + GAP;
        }
        y += tallest + GAP;
    }
    let around = links.iter().any(|&(from, to)| row[to] > row[from] + 1);
    if around { LANE + 4.0 } else { 0.0 }
}

fn width_of(boxes: &[Box], row: &[usize]) -> f64 {
    row.iter().map(|&i| boxes[i].width).sum::<f64>() + GAP * row.len().saturating_sub(1) as f64
}

/// The way of an edge: straight down, or around the boxes in between on their right.
fn route(boxes: &[Box], from: usize, to: usize) -> Edge {
    let (a, b) = (&boxes[from], &boxes[to]);
    let (start, end) = (
        (a.x + a.width / 2.0, a.y + a.height),
        (b.x + b.width / 2.0, b.y),
    );
    let between: Vec<&Box> = boxes
        .iter()
        .filter(|c| c.y > a.y + 0.5 && c.y + 0.5 < b.y && c.y < end.1)
        .collect();
    let blocked = between.iter().any(|c| {
        let (left, right) = (start.0.min(end.0), start.0.max(end.0));
        c.x - 4.0 < right && c.x + c.width + 4.0 > left
    });
    let points = match blocked {
        false => vec![start, end],
        true => {
            let lane = between.iter().map(|c| c.x + c.width).fold(0.0, f64::max) + LANE;
            let (leave, arrive) = (a.x + a.width * 0.75, b.x + b.width * 0.75);
            vec![
                (leave, start.1),
                (lane, start.1 + GAP),
                (lane, end.1 - GAP),
                (arrive, end.1),
            ]
        }
    };
    Edge { points }
}
