//! Texts: is a review of a restaurant a friendly one? `TextVectorization` learns the words from the training texts and is saved with the model, so that
//! the saved model takes plain text. The reviews are generated: what was good or bad, often the other way round (`not`, `anything but`).
use nn::prelude::*;

const LONGEST: usize = 40;

#[model]
struct Reviews {
    #[model(unused)]
    vectorize: TextVectorization,
    embedding: Embedding,
    dropout: Dropout,
    read: Bidirectional<GRU>,
    head: Dense,
}

#[model]
impl Reviews {
    fn new(words: usize) -> Self {
        Self {
            vectorize: TextVectorization::new()
                .max_tokens(words)
                .output_sequence_length(LONGEST),
            embedding: Embedding::new(words, 24).mask_zero(true),
            dropout: Dropout::new(0.2),
            read: Bidirectional::new(GRU::new(16)),
            head: Dense::new(1),
        }
    }

    fn call(&self, words: Tensor) -> Tensor {
        let x = self.dropout(self.embedding(words));
        self.head(self.read(x))
    }
}

/// Reviews and whether they are friendly: of three remarks, one or both of the first two say the same as the last.
fn reviews(count: usize, seed: u64) -> (Vec<String>, Vec<f32>) {
    const SUBJECTS: [&str; 8] = [
        "the soup",
        "our waiter",
        "the service",
        "dessert",
        "the wine",
        "the room",
        "the bill",
        "the fish",
    ];
    const GOOD: [&str; 8] = [
        "good",
        "lovely",
        "excellent",
        "fresh",
        "quick",
        "a delight",
        "fair",
        "wonderful",
    ];
    const BAD: [&str; 8] = [
        "bad",
        "awful",
        "cold",
        "stale",
        "slow",
        "a disappointment",
        "a joke",
        "terrible",
    ];
    const TURNED: [&str; 4] = ["was not", "was anything but", "was hardly", "was never"];
    const PLAIN: [&str; 4] = ["was", "was really", "was quite", "was, as always,"];
    const LINKS: [&str; 4] = [". ", ", and ", "; ", "! "];
    let mut state = seed;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let mut all = (Vec::new(), Vec::new());
    for _ in 0..count {
        let friendly = next(2) == 0;
        let odd_one = next(4);
        let mut text = String::new();
        for remark in 0..3 {
            // At most one of the remarks says the opposite.
            let says_good = friendly != (remark == odd_one);
            let turned = next(2) == 0;
            let verb = if turned { TURNED } else { PLAIN }[next(4)];
            let word = if says_good != turned { GOOD } else { BAD }[next(8)];
            let link = if remark == 0 { "" } else { LINKS[next(4)] };
            text += &format!("{link}{} {verb} {word}", SUBJECTS[next(8)]);
        }
        all.0.push(text + ".");
        all.1.push(f32::from(friendly));
    }
    all
}

fn main() -> nn::Result<()> {
    nn::set_seed(1);
    let (texts, friendly) = reviews(4000, 1);
    let (test_texts, test_friendly) = reviews(1000, 2);
    let mut reviews = Reviews::new(200);
    reviews.vectorize.adapt(&texts)?;
    println!(
        "{} words; a review: {}",
        reviews.vectorize.get_vocabulary().len(),
        texts[0]
    );
    let x = reviews.vectorize.call_text(&texts);
    let test_x = reviews.vectorize.call_text(&test_texts);
    let column = |labels: Vec<f32>| Tensor::from(labels).expand_dims(1);

    let mut model = reviews.compile(
        Compile::new(Adam::new(5e-3), BinaryCrossentropy::from_logits())
            .metric(BinaryAccuracy::new().threshold(0.0)),
    );
    model.fit(
        (x, column(friendly)),
        Fit::new().batch_size(64).epochs(5).verbose(Verbose::Lines),
    )?;
    let scores = model.evaluate((test_x, column(test_friendly)))?;
    println!("reviews it has not seen: {scores}");

    // Saved and loaded, the model knows its words.
    let path = std::env::temp_dir().join("reviews.nn");
    model.save(&path)?;
    let model = Compiled::<Reviews>::load(&path)?;
    std::fs::remove_file(&path)?;
    for text in [
        "The soup was lovely, our waiter was never slow!",
        "Dessert was anything but fresh; the bill was a joke.",
    ] {
        let words = model.model().vectorize.call_text(&[text]);
        let friendly = model.predict(words)?.sigmoid().item::<f32>()?;
        println!("{:3.0} % friendly: {text}", 100.0 * friendly);
    }
    Ok(())
}
