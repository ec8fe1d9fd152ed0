namespace XenKube.Help;

/// <summary>Everything that is said about one cmdlet.</summary>
/// <param name="Cmdlet">What the assembly and its XML documentation say.</param>
/// <param name="Page">What docs/help says.</param>
public sealed record HelpTopic(CmdletMetadata Cmdlet, MarkdownPage Page);
