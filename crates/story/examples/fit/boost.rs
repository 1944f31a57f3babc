//! Gradient boosted decision trees for a yes or no: histograms, the leaf that gains most grows first, evidence that may
//! only count upwards. One thread and no chance, so that the same rows give the same bytes.

/// What is fitted to: rows of evidence in one piece, whether the answer is yes, and what is added to the sum beforehand.
#[derive(Clone, Default)]
pub(crate) struct Rows {
    pub(crate) values: Vec<f32>,
    pub(crate) yes: Vec<bool>,
    pub(crate) offsets: Vec<f32>,
}

impl Rows {
    pub(crate) fn push(&mut self, values: &[f32], yes: bool, offset: f32) {
        self.values.extend(values);
        self.yes.push(yes);
        self.offsets.push(offset);
    }
}

/// How trees are grown.
pub(crate) struct Plan<'a> {
    pub(crate) trees: usize,
    pub(crate) leaves: usize,
    pub(crate) rate: f64,
    /// Rows a leaf holds at least.
    pub(crate) least: f64,
    /// Adds to the weight of a leaf when its value is reckoned.
    pub(crate) shrink: f64,
    /// Evidence that may only count upwards.
    pub(crate) rising: &'a [usize],
}

const BINS: usize = 96;

#[derive(Clone, Copy, Default)]
struct Bin {
    gradient: f64,
    hessian: f64,
    count: f64,
}

impl Bin {
    fn add(&mut self, other: Bin, sign: f64) {
        self.gradient += sign * other.gradient;
        self.hessian += sign * other.hessian;
        self.count += sign * other.count;
    }
}

/// A leaf of a tree that grows.
struct Leaf {
    rows: Vec<u32>,
    /// `BINS` for each kind of evidence.
    histogram: Vec<Bin>,
    /// Where it stands in the tree.
    at: usize,
    low: f64,
    high: f64,
    best: Option<Cut>,
}

#[derive(Clone, Copy)]
struct Cut {
    gain: f64,
    column: usize,
    /// Rows of this bin and those before go left.
    bin: usize,
    left: f64,
    right: f64,
}

enum Node {
    Leaf(f64),
    Split { column: usize, value: f32, left: usize, right: usize },
}

/// The columns of the rows, each value as the number of its bin; the upper bounds of the bins.
struct Binned {
    columns: Vec<Vec<u8>>,
    bounds: Vec<Vec<f32>>,
}

fn bin(rows: &Rows, width: usize) -> Binned {
    let count = rows.yes.len();
    let (mut columns, mut bounds) = (Vec::new(), Vec::new());
    for column in 0..width {
        let of = |row: usize| rows.values[row * width + column];
        let mut sorted: Vec<f32> = (0..count).map(of).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let mut ends: Vec<f32> = (1..BINS).map(|n| sorted[(count - 1) * n / BINS]).collect();
        ends.dedup();
        // The last bin has no end.
        ends.retain(|end| *end < sorted[count - 1]);
        columns.push((0..count).map(|row| ends.partition_point(|end| *end < of(row)) as u8).collect());
        bounds.push(ends);
    }
    Binned { columns, bounds }
}

/// Fits trees to the rows and gives them in the form that `story::Forest` reads.
pub(crate) fn fit(rows: &Rows, plan: &Plan<'_>) -> Vec<u8> {
    let count = rows.yes.len();
    let width = rows.values.len() / count;
    let binned = bin(rows, width);
    let mut sums: Vec<f64> = rows.offsets.iter().map(|o| f64::from(*o)).collect();
    let mut trees = Vec::new();
    for _ in 0..plan.trees {
        let slopes: Vec<Bin> = (0..count)
            .map(|row| {
                let likely = 1.0 / (1.0 + (-sums[row]).exp());
                let wrong = likely - f64::from(u8::from(rows.yes[row]));
                Bin { gradient: wrong, hessian: likely * (1.0 - likely), count: 1.0 }
            })
            .collect();
        let (tree, leaves) = grow(&binned, &slopes, plan);
        for leaf in leaves {
            let Node::Leaf(value) = &tree[leaf.at] else { continue };
            leaf.rows.iter().for_each(|row| sums[*row as usize] += value);
        }
        trees.push(tree);
    }
    bytes(&trees)
}

fn grow(binned: &Binned, slopes: &[Bin], plan: &Plan<'_>) -> (Vec<Node>, Vec<Leaf>) {
    let rows: Vec<u32> = (0..slopes.len() as u32).collect();
    let histogram = histogram(binned, slopes, &rows);
    let all = histogram[..BINS].iter().fold(Bin::default(), |mut all, bin| {
        all.add(*bin, 1.0);
        all
    });
    let mut tree = vec![Node::Leaf(plan.rate * value(all, plan))];
    let mut first = Leaf { rows, histogram, at: 0, low: f64::NEG_INFINITY, high: f64::INFINITY, best: None };
    first.best = cut(&first, plan);
    let mut leaves = vec![first];
    while leaves.len() < plan.leaves {
        let gain = |leaf: &Leaf| leaf.best.map_or(0.0, |cut| cut.gain);
        let Some(n) = (0..leaves.len()).reduce(|a, b| if gain(&leaves[b]) > gain(&leaves[a]) { b } else { a }) else {
            break;
        };
        let Some(cut) = leaves[n].best else { break };
        let parent = leaves.swap_remove(n);
        let (left, right): (Vec<u32>, Vec<u32>) =
            parent.rows.iter().partition(|row| usize::from(binned.columns[cut.column][**row as usize]) <= cut.bin);
        // The smaller side is counted, the other is what is left.
        let counted = histogram_of_smaller(binned, slopes, &left, &right);
        let mut rest = parent.histogram;
        rest.iter_mut().zip(&counted).for_each(|(bin, other)| bin.add(*other, -1.0));
        let (of_left, of_right) = if left.len() <= right.len() { (counted, rest) } else { (rest, counted) };
        let at = tree.len();
        tree.extend([Node::Leaf(plan.rate * cut.left), Node::Leaf(plan.rate * cut.right)]);
        let value = binned.bounds[cut.column][cut.bin];
        tree[parent.at] = Node::Split { column: cut.column, value, left: at, right: at + 1 };
        let (mut low, mut high) = (parent.low, parent.high);
        if plan.rising.contains(&cut.column) {
            let middle = (cut.left + cut.right) / 2.0;
            (low, high) = (low.max(middle), high.min(middle));
        }
        let mut sides = [
            Leaf { rows: left, histogram: of_left, at, low: parent.low, high, best: None },
            Leaf { rows: right, histogram: of_right, at: at + 1, low, high: parent.high, best: None },
        ];
        sides.iter_mut().for_each(|leaf| leaf.best = self::cut(leaf, plan));
        leaves.extend(sides);
    }
    (tree, leaves)
}

fn histogram_of_smaller(binned: &Binned, slopes: &[Bin], left: &[u32], right: &[u32]) -> Vec<Bin> {
    histogram(binned, slopes, if left.len() <= right.len() { left } else { right })
}

fn histogram(binned: &Binned, slopes: &[Bin], rows: &[u32]) -> Vec<Bin> {
    let mut out = vec![Bin::default(); binned.columns.len() * BINS];
    for (column, bins) in binned.columns.iter().zip(out.chunks_exact_mut(BINS)) {
        rows.iter().for_each(|row| bins[usize::from(column[*row as usize])].add(slopes[*row as usize], 1.0));
    }
    out
}

fn value(bin: Bin, plan: &Plan<'_>) -> f64 {
    -bin.gradient / (bin.hessian + plan.shrink)
}

/// The best way to cut a leaf in two; `None` where none gains.
fn cut(leaf: &Leaf, plan: &Plan<'_>) -> Option<Cut> {
    let score = |bin: Bin, value: f64| -(bin.gradient * value + 0.5 * (bin.hessian + plan.shrink) * value * value);
    let mut best: Option<Cut> = None;
    for (column, bins) in leaf.histogram.chunks_exact(BINS).enumerate() {
        let mut all = Bin::default();
        bins.iter().for_each(|bin| all.add(*bin, 1.0));
        let whole = score(all, value(all, plan).clamp(leaf.low, leaf.high));
        let mut below = Bin::default();
        for (n, bin) in bins[..BINS - 1].iter().enumerate() {
            below.add(*bin, 1.0);
            let mut above = all;
            above.add(below, -1.0);
            if bin.count == 0.0 || below.count < plan.least || above.count < plan.least {
                continue;
            }
            let of = |bin| value(bin, plan).clamp(leaf.low, leaf.high);
            let (left, right) = (of(below), of(above));
            if plan.rising.contains(&column) && left > right {
                continue;
            }
            let gain = score(below, left) + score(above, right) - whole;
            if gain > best.map_or(1e-6, |b| b.gain) {
                best = Some(Cut { gain, column, bin: n, left, right });
            }
        }
    }
    best
}

fn bytes(trees: &[Vec<Node>]) -> Vec<u8> {
    let (mut roots, mut nodes) = (Vec::new(), Vec::new());
    for tree in trees {
        roots.push((nodes.len() / 8) as u16);
        write(tree, 0, &mut nodes);
    }
    let mut out = (trees.len() as u16).to_le_bytes().to_vec();
    out.extend(roots.iter().flat_map(|root| root.to_le_bytes()));
    out.extend(nodes);
    out
}

fn write(tree: &[Node], at: usize, out: &mut Vec<u8>) {
    let from = out.len();
    match &tree[at] {
        Node::Leaf(value) => {
            out.extend([255, 0, 0, 0]);
            out.extend((*value as f32).to_le_bytes());
        }
        Node::Split { column, value, left, right } => {
            out.extend([*column as u8, 0, 0, 0]);
            out.extend(value.to_le_bytes());
            write(tree, *left, out);
            let above = (out.len() / 8) as u16;
            out[from + 2..from + 4].copy_from_slice(&above.to_le_bytes());
            write(tree, *right, out);
        }
    }
}
