namespace XenKube.Help;

/// <summary>One parameter of a cmdlet.</summary>
public sealed record ParameterMetadata(
    string Name,
    string TypeName,
    string ShortTypeName,
    bool IsSwitch,
    bool IsArray,
    bool SupportsWildcards,
    string Description,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<string> Values,
    IReadOnlyList<ParameterSet> Sets)
{
    /// <summary>What holds in one set; null if the parameter is not in it.</summary>
    public ParameterSet? In(string set) => Sets.FirstOrDefault(mine => mine.Name == set) ?? Sets.FirstOrDefault(mine => mine.Name == ParameterSet.All);
}

/// <summary>How a parameter takes part in a parameter set.</summary>
public sealed record ParameterSet(string Name, bool Mandatory, int? Position, bool ByValue, bool ByPropertyName, bool FromRemaining)
{
    /// <summary>The set that stands for all.</summary>
    public const string All = "__AllParameterSets";

    public string PipelineInput => (ByValue, ByPropertyName) switch
    {
        (true, true) => "true (ByValue, ByPropertyName)",
        (true, false) => "true (ByValue)",
        (false, true) => "true (ByPropertyName)",
        _ => "false",
    };
}
