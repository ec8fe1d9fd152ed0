namespace XenKube.Clusters;

/// <summary>Makes the node's config from its template, where there is one and the config is not current.</summary>
public sealed class TemplateStep : IgnitionResetStep
{
    /// <inheritdoc/>
    public override string Name => "Template";

    /// <inheritdoc/>
    public override string GuideWord => "tmpl";

    /// <inheritdoc/>
    public override string Sentence => "make the config from its template";

    /// <inheritdoc/>
    private protected override int Order => 30;

    /// <inheritdoc/>
    internal override bool AppliesTo(IgnitionResetWork work) => work.Config.HasTemplate;

    /// <inheritdoc/>
    internal override void Check(IgnitionResetWork work) => work.Expansion = work.Config.PrepareTemplate(work.Options.ForceTemplate);

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work)
    {
        var result = work.Expansion!.Write();
        return result.Written
            ? (true, $"Creating the transpile file from the template {Path.GetFileName(result.TemplatePath)}")
            : (false, $"{Path.GetFileName(result.Path)} is newer than its template");
    }
}
