using XenKube.Devices;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Commits of several file systems on one disk, which share their flushes. For each of them the order of its writes and flushes is that of
/// a commit alone: after a crash each holds its old or its new state.
/// </summary>
internal static class JointCommit
{
    /// <summary>Takes all commits to their ends.</summary>
    /// <param name="disk">The disk that holds all of the file systems.</param>
    /// <param name="commits">The commits.</param>
    public static void Run(BlockDevice disk, IReadOnlyList<CommitInSteps> commits)
    {
        try
        {
            while (TakeStep(commits))
            {
                disk.Flush();
            }
        }
        catch (Exception e)
        {
            foreach (var commit in commits)
            {
                commit.Fail(e);
            }
            throw;
        }
    }

    // A step of each, also where one of them has none left.
    private static bool TakeStep(IReadOnlyList<CommitInSteps> commits)
    {
        var goesOn = false;
        foreach (var commit in commits)
        {
            goesOn |= commit.Next();
        }
        return goesOn;
    }
}
