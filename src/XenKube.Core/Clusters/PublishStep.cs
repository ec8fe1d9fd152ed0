namespace XenKube.Clusters;

/// <summary>Transpiles the node's config and publishes it.</summary>
public sealed class PublishStep : IgnitionResetStep
{
    /// <inheritdoc/>
    public override string Name => "Publish";

    /// <inheritdoc/>
    public override string GuideWord => "ct";

    /// <inheritdoc/>
    public override string Sentence => "transpile the config and publish it";

    /// <inheritdoc/>
    private protected override int Order => 40;

    /// <inheritdoc/>
    internal override void Check(IgnitionResetWork work) => work.Transpiled = work.Config.RequireTranspiled(work.Expansion);

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work)
    {
        var published = work.Config.PublishHeld(work.Transpiled!);
        return (published.Changed, $"Transpiling {Path.GetFileName(work.Node.ConfigPath)} and adding it to nginx");
    }
}
