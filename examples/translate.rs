//! An encoder and a decoder with attention: dates as people write them, `March 9, 2026`, become `2026-03-09`. The decoder learns with the right
//! beginning before it (teacher forcing) and a causal mask; afterwards it writes on its own, letter by letter.
use nn::data::{SequenceEnd, pad_sequences_at};
use nn::prelude::*;

const LETTERS: &str = "0123456789 -.,/abcdefghijklmnopqrstuvwxyz";
const PADDING: i64 = 0;
const BEGIN: i64 = 1;
const LONGEST: usize = 20;
const WRITTEN: usize = 10; // letters of 2026-03-09

#[model(new(width: usize))]
struct FeedForward {
    #[layer(2 * width, activation = Activation::Relu)]
    expand: Dense,
    #[layer(width)]
    project: Dense,
    #[layer]
    norm: LayerNormalization,
}

#[model]
impl FeedForward {
    fn call(&self, x: Tensor) -> Tensor {
        self.norm(self.project(self.expand(&x)) + &x)
    }
}

/// Letters as vectors that know their places.
#[model]
struct Letters {
    embedding: Embedding,
    places: Embedding,
}

#[model]
impl Letters {
    fn new(length: usize, width: usize) -> Self {
        Self {
            embedding: Embedding::new(LETTERS.len() + 2, width),
            places: Embedding::new(length, width),
        }
    }

    fn call(&self, letters: Tensor) -> Tensor {
        let places = letters.ones_like().cumsum(1) - 1;
        let x = self.embedding(&letters) + self.places(places);
        x.with_mask(letters.not_equal(PADDING))
    }
}

#[model]
struct Translator {
    source: Letters,
    read: MultiHeadAttention,
    read_norm: LayerNormalization,
    understand: FeedForward,
    target: Letters,
    look_back: MultiHeadAttention,
    back_norm: LayerNormalization,
    look_up: MultiHeadAttention,
    up_norm: LayerNormalization,
    think: FeedForward,
    head: Dense,
}

#[model]
impl Translator {
    fn new(width: usize) -> Self {
        let attention = || MultiHeadAttention::new(4, width / 4);
        Self {
            source: Letters::new(LONGEST, width),
            read: attention(),
            read_norm: LayerNormalization::new(),
            understand: FeedForward::new(width),
            target: Letters::new(WRITTEN, width),
            look_back: attention(),
            back_norm: LayerNormalization::new(),
            look_up: attention(),
            up_norm: LayerNormalization::new(),
            think: FeedForward::new(width),
            head: Dense::new(LETTERS.len() + 2),
        }
    }

    fn call(&self, (source, target): (Tensor, Tensor)) -> Tensor {
        let x = self.source(source);
        let x = self.understand(self.read_norm(self.read((&x, &x)) + &x));
        let y = self.target(target);
        let past = AttentionArguments::new().use_causal_mask(true);
        let y = self.back_norm(self.look_back.call_with((&y, &y), past) + &y);
        let y = self.up_norm(self.look_up((&y, &x)) + &y);
        self.head(self.think(y))
    }
}

fn numbers(text: &str) -> Vec<i64> {
    let place = |letter| LETTERS.find(letter).expect("a letter of LETTERS");
    text.chars()
        .map(|letter| place(letter) as i64 + 2)
        .collect()
}

/// Dates in some form, and as they should be written.
fn dates(count: usize, seed: u64) -> (Vec<Vec<i64>>, Vec<Vec<i64>>) {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let mut state = seed;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let mut pairs = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (day, month, year) = (1 + next(28), 1 + next(12), 1930 + next(100));
        let name = MONTHS[month as usize - 1];
        let text = match next(5) {
            0 => format!("{day} {name} {year}"),
            1 => format!("{name} {day}, {year}"),
            2 => format!("{} {day}, {year}", &name[..3]),
            3 => format!("{day}.{month}.{year}"),
            _ => format!("{month:02}/{day:02}/{year}"),
        };
        pairs.0.push(numbers(&text));
        pairs
            .1
            .push(numbers(&format!("{year}-{month:02}-{day:02}")));
    }
    pairs
}

fn padded(sequences: &[Vec<i64>], length: usize) -> nn::Result<Tensor> {
    pad_sequences_at(
        sequences,
        length,
        PADDING,
        SequenceEnd::Post,
        SequenceEnd::Post,
    )
}

/// Writes on its own: the letter after each beginning is the likeliest one.
fn translate(model: &Compiled<Translator>, source: &Tensor) -> nn::Result<Tensor> {
    let rows = source.shape()[0];
    let begin = Tensor::full([rows, 1], BEGIN);
    let mut written = Tensor::full([rows, 0], PADDING);
    for i in 0..WRITTEN {
        let rest = Tensor::full([rows, WRITTEN - 1 - i], PADDING);
        let beginning = concatenate([&begin, &written, &rest], 1);
        let scores = model.predict((source.clone(), beginning))?;
        let letter = scores.slice_axis(1, i..i + 1).argmax(-1);
        written = concatenate([&written, &letter], 1);
    }
    written.into_result()
}

fn main() -> nn::Result<()> {
    nn::set_seed(1);
    let (sources, targets) = dates(8000, 1);
    let beginnings: Vec<Vec<i64>> = targets
        .iter()
        .map(|target| [&[BEGIN], &target[..WRITTEN - 1]].concat())
        .collect();
    let x = (padded(&sources, LONGEST)?, padded(&beginnings, WRITTEN)?);
    let y = padded(&targets, WRITTEN)?;
    let (train, test) = Dataset::new(x, y)?.split(0.9, 3);

    let mut model = Translator::new(64).compile(
        Compile::new(
            Adam::new(2e-3),
            SparseCategoricalCrossentropy::from_logits(),
        )
        .metric(SparseCategoricalAccuracy::new()),
    );
    model.fit(
        &train,
        Fit::new().epochs(8).batch_size(64).validation_data(&test),
    )?;

    let found = translate(&model, &test.x())?;
    let right = found.equal(test.y()).all_axis(-1).to_vec::<bool>()?;
    let count = right.iter().filter(|right| **right).count();
    println!(
        "{count} of {} dates right: accuracy {:.3}",
        right.len(),
        count as f64 / right.len() as f64
    );
    Ok(())
}
