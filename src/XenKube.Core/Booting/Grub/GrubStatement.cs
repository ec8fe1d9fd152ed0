namespace XenKube.Booting.Grub;

/// <summary>A statement of a script.</summary>
/// <param name="Line">The line in which it begins.</param>
internal abstract record GrubStatement(int Line);

/// <summary>A command with its arguments, and a block for <c>menuentry</c> and <c>submenu</c>.</summary>
internal sealed record GrubCommand(int Line, IReadOnlyList<GrubWord> Words, IReadOnlyList<GrubStatement>? Block) : GrubStatement(Line);

/// <summary>Branches with their conditions, of which the last command decides; a branch without one is <c>else</c>.</summary>
internal sealed record GrubIf(int Line, IReadOnlyList<(IReadOnlyList<GrubStatement>? Condition,
    IReadOnlyList<GrubStatement> Body)> Branches) : GrubStatement(Line);

/// <summary>A function.</summary>
internal sealed record GrubFunction(int Line, string Name, IReadOnlyList<GrubStatement> Body) : GrubStatement(Line);
