using System.Text;
using System.Text.Json.Serialization;

namespace XenKube.Clusters;

/// <summary>
/// A step that makes a node's Ignition run again. Each step is a class of its own that says its names, what it needs, what it checks
/// and what it does; everything else (the refresh, both front ends, kgen, completion) finds it in <see cref="All"/>, which names it. Two
/// steps are equal if they are of the same class.
/// </summary>
[JsonConverter(typeof(IgnitionResetStepJson))]
public abstract class IgnitionResetStep : IEquatable<IgnitionResetStep>
{
    /// <summary>
    /// All steps, in the order in which kgen takes them; without <see cref="CleanStep"/>, which is taken only if an option asks for it.
    /// </summary>
    public static IReadOnlyList<IgnitionResetStep> All { get; } =
    [
        .. new IgnitionResetStep[] { new GrubStep(), new MachineIdStep(), new TemplateStep(), new PublishStep(), new FirstBootStep() }
            .OrderBy(step => step.Order),
    ];

    /// <summary>The step's name, such as <c>MachineId</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The word for the step in the guide's kgen, such as <c>systemd</c>.</summary>
    public abstract string GuideWord { get; }

    /// <summary>What the step does, from its verb on: <c>remove /etc/machine-id on ROOT</c>.</summary>
    public abstract string Sentence { get; }

    /// <summary>Labels of the partitions of the node's disk that the step works on; none where it does not touch the disk.</summary>
    public virtual IReadOnlyList<string> Partitions => [];

    /// <summary>
    /// True where the step's changes of the disk may be committed together with those of the steps around it. False where everything before
    /// it must be on the disk first.
    /// </summary>
    internal virtual bool SharesFlushes => false;

    /// <summary>The step's name with a hyphen between its words, as it is typed on a command line: <c>machine-id</c>.</summary>
    public string HyphenatedName
    {
        get
        {
            var text = new StringBuilder();
            foreach (var letter in Name)
            {
                text.Append(char.IsUpper(letter) && text.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(letter));
            }
            return text.ToString();
        }
    }

    /// <summary>The steps of a reset, in their order.</summary>
    /// <param name="named">Those that are named; none for all.</param>
    /// <param name="requested">Those that options ask for.</param>
    internal static IEnumerable<IgnitionResetStep> Choose(IReadOnlyList<IgnitionResetStep> named,
        IEnumerable<IgnitionResetStep> requested) =>
        (named.Count == 0 ? All : All.Where(named.Contains)).Concat(requested).Distinct().OrderBy(step => step.Order);

    /// <summary>The step's place among the others: steps are taken by rising numbers.</summary>
    private protected abstract int Order { get; }

    /// <summary>The step that a word means.</summary>
    /// <param name="name">A step's name, with or without hyphens, or kgen's word for it, in upper or lower case.</param>
    /// <exception cref="InvalidInputException">The word does not mean a step.</exception>
    public static IgnitionResetStep Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var word = name.Trim();
        return All.FirstOrDefault(step => new[] { step.Name, step.HyphenatedName, step.GuideWord }.Contains(word,
            StringComparer.OrdinalIgnoreCase))
            ?? throw new InvalidInputException(
                ErrorIds.StepUnknown, null, null, $"'{Printable.Of(name)}' is not a step of a refresh",
                $"The steps are {string.Join(", ", All.Select(step => step.HyphenatedName))}");
    }

    /// <inheritdoc/>
    public bool Equals(IgnitionResetStep? other) => other?.GetType() == GetType();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IgnitionResetStep);

    /// <inheritdoc/>
    public override int GetHashCode() => GetType().GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Whether there is anything to do for the node.</summary>
    internal virtual bool AppliesTo(IgnitionResetWork work) => true;

    /// <summary>Whether the step works on the node's disk.</summary>
    /// <param name="work">The node.</param>
    /// <param name="bootsByXenKube">Whether XenKube's boot loader starts the node; null where only the disk tells.</param>
    internal virtual bool NeedsDisk(IgnitionResetWork work, bool? bootsByXenKube) => Partitions.Count > 0;

    /// <summary>Labels of the partitions of this node's disk that the step works on.</summary>
    internal virtual IReadOnlyList<string> PartitionsOf(IgnitionResetWork work) => Partitions;

    /// <summary>Checks everything that could keep the step from being done, and changes nothing.</summary>
    internal abstract void Check(IgnitionResetWork work);

    /// <summary>Does the step, all of whose inputs are known to be good.</summary>
    /// <returns>Whether anything was changed, and what happened in the guide's words.</returns>
    internal abstract (bool Changed, string Message) Apply(IgnitionResetWork work);
}
