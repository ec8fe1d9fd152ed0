using System.Management.Automation;

namespace XenKube.Commands.Drives;

/// <summary>Which of the children of a directory are listed.</summary>
internal sealed class NodeDiskSelection(string? filter, NodeDiskChildParameters? parameters)
{
    private readonly WildcardPattern? _pattern = string.IsNullOrEmpty(filter) ? null : new WildcardPattern(filter, WildcardOptions.IgnoreCase);

    public bool Takes(string name, bool isContainer) => (_pattern is null || _pattern.IsMatch(name))
        && (parameters is null || parameters.Directory == parameters.File || parameters.Directory == isContainer);
}
