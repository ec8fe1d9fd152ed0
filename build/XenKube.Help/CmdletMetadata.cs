namespace XenKube.Help;

/// <summary>One cmdlet, as its attributes and XML documentation describe it.</summary>
public sealed record CmdletMetadata(
    string Verb,
    string Noun,
    string Synopsis,
    bool SupportsShouldProcess,
    string? ConfirmImpact,
    string? DefaultParameterSet,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<ParameterMetadata> Parameters,
    IReadOnlyList<TypeDescription> Outputs,
    Type Type)
{
    public string Name => $"{Verb}-{Noun}";

    /// <summary>The names of its parameter sets, the default one first.</summary>
    public IReadOnlyList<string> ParameterSets
    {
        get
        {
            var named = Parameters.SelectMany(parameter => parameter.Sets).Select(set => set.Name).Where(name => name != ParameterSet.All).Distinct();
            var sets = named.OrderBy(name => name == DefaultParameterSet ? 0 : 1).ToArray();
            return sets.Length == 0 ? [ParameterSet.All] : sets;
        }
    }
}

/// <summary>A type that comes out of or goes into a cmdlet.</summary>
public sealed record TypeDescription(string Name, string Summary);
